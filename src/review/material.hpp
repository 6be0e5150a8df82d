#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "review/env_py.hpp"
#include "review/review.hpp"
#include "review/rule.hpp"

namespace orchestrate {

/// The files of a review, read and followed.
struct Material {
  std::vector<std::string> texts;       ///< of the revisions, then of env.py
  std::vector<ReadRevision> revisions;  ///< without those that Python does not understand
  std::vector<Finding> findings;        ///< what stands in the way of reading
  TransactionScope scope = TransactionScope::whole;

  /// What the findings of a revision are bound to; empty when it could not be read.
  std::string sha256_of(std::string_view revision) const;
  /// Of the file that a finding of that revision stands in.
  std::string_view text_in(const Finding& finding) const;
};

/// Reads the files with Python's own parser as data, never as a program. Throws Error when the parser cannot be run.
Task<Material> read_material(Commands& commands, ReviewRequest request, std::stop_token stop);

}  // namespace orchestrate
