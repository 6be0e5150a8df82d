#pragma once

#include "orchestrate/stage.hpp"
#include "review/review.hpp"

namespace orchestrate {

/// How a project's revisions are reviewed: its interpreter, schemas and env.py; without the revisions themselves.
ReviewRequest review_request(const Policy& policy);

/// The pending revisions as preflight found them, in the files as they are now. Throws Error where one is gone.
std::vector<const Revision*> pending_of(const StageContext& context, const RevisionGraph& graph);

/// Red flags of the pending revisions, and what of them a person has approved.
extern const StageKind review_stage;

}  // namespace orchestrate
