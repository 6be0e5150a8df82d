#pragma once

#include "orchestrate/event.hpp"
#include "orchestrate/finding.hpp"
#include "orchestrate/secret.hpp"

namespace orchestrate {

/// Every text that came from outside, without secrets. Names (application, verb, stage, evidence, rule, revision,
/// object), places and digests stay: recovery and approvals compare them, and a policy has no secret in them.
EventBody redacted(EventBody body, const Redactor& redactor);
Json redacted(Json json, const Redactor& redactor);
Approval redacted(Approval approval, const Redactor& redactor);

}  // namespace orchestrate
