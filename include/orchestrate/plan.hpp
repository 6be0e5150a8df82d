#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "orchestrate/policy.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// One stage of a plan, bound and with its deadline.
struct PlannedStage {
  std::string name;
  const StageKind* kind = nullptr;
  std::shared_ptr<const Stage> stage;
  std::chrono::milliseconds timeout{};
  Effect effect = Effect::checks;

  bool needs(std::string_view evidence) const;
  bool provides(std::string_view evidence) const;
};

/// A pipeline that may run: every need is provided by an earlier stage. Only make_plan and way_back make one.
struct Plan {
  std::vector<PlannedStage> stages;
};

/// A problem in a policy file, with the way out.
struct Problem {
  Position position;
  std::string message;
  bool operator==(const Problem&) const = default;
};

/// The plan, or all reasons why there is none.
std::variant<Plan, std::vector<Problem>> make_plan(const Policy& policy, std::span<const StageKind* const> kinds);

/// What of `plan` a downgrade does: all that proves and all that stops, up to the version rows. No service is started
/// on code that wants the revisions which are gone, and operators' own commands were written for the way forward.
Plan way_back(Plan plan);

}  // namespace orchestrate
