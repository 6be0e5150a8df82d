#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "review/env_py.hpp"
#include "review/review.hpp"
#include "review/rule.hpp"
#include "review/source.hpp"

namespace orchestrate {

/// The files of a review, read and followed.
struct Material {
  std::vector<std::string> texts;       ///< of the revisions, then of env.py
  std::vector<ReadRevision> revisions;  ///< without those that Python does not understand
  std::vector<Finding> findings;        ///< what stands in the way of reading
  TransactionScope scope = TransactionScope::whole;

  /// What the findings of a revision are bound to; empty when it could not be read.
  std::string sha256_of(std::string_view revision) const;
};

/// The same of trees that are there, of `material.texts` in their order, and without the project's modules.
void read_scripts(const ReviewRequest& request, std::vector<SyntaxTree> trees, Material& material);

/// What the rules say of it all.
ReviewReport report_of(const ReviewRequest& request, Material material, const Facts& facts);

/// Reads the files with Python's own parser as data, never as a program. Throws Error when the parser cannot be run.
Task<Material> read_material(Commands& commands, ReviewRequest request, std::stop_token stop);

}  // namespace orchestrate
