#pragma once

#include <string>
#include <vector>

#include "orchestrate/finding.hpp"
#include "orchestrate/json.hpp"

namespace orchestrate {

enum class Verdict {
  passed,
  blocked,  ///< a human must decide
  failed,
  stopped,  ///< ended without an answer, since another check had none or a bad one
};

/// What a stage proved, under the name that other stages need it by: `backup.intact`.
struct Evidence {
  std::string name;
  Json facts;
  bool operator==(const Evidence&) const = default;
};

/// What a stage found out.
struct Outcome {
  Verdict verdict = Verdict::failed;
  std::string summary;               ///< one line for the stage tree
  std::vector<std::string> details;  ///< lines below it; what failed, with its fix
  std::vector<Evidence> evidence;
  std::vector<Finding> findings;
  std::string next;  ///< the exact command or edit to do next, when this stage knows better than "apply again"
  bool operator==(const Outcome&) const = default;
};

std::string_view to_string(Verdict verdict);

}  // namespace orchestrate
