#pragma once

#include "orchestrate/run.hpp"
#include "schema/state.hpp"

namespace orchestrate {

/// What an upgrade that did not end well left in the database.
enum class Aftermath {
  unchanged,  ///< version rows and catalog as before, and nothing commits without its version row, so the data too
  at_target,  ///< it committed all the same
  unclear,    ///< in between, or unchanged as far as the catalog tells, but something may have committed on its own
};

/// `run` tells where the upgrade began, its target, and what review said of the set.
Aftermath judge_aftermath(const Run& run, const SchemaState& now);

/// How far apart two states are, for people.
std::string what_differs(const SchemaState& before, const SchemaState& now);

}  // namespace orchestrate
