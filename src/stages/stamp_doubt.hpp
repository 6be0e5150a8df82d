#pragma once

#include "orchestrate/outcome.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// An upgrade that rolled back because something was there already, or was not there, may owe that to version rows
/// which somebody stamped: says so, and how to put them right.
void doubt_the_stamp(const Exit& exit, const Policy& policy, Outcome& outcome);

}  // namespace orchestrate
