#pragma once

#include <vector>

#include "orchestrate/policy.hpp"

namespace orchestrate {

/// Fills the URL templates from the environment. Throws Error (`policy`) that names the variable or the URL, never a
/// value.
Application resolve(Policy policy, Environment environment);

/// What no sink may print: passwords, URLs that hold one, and values of variables whose names say so.
std::vector<Secret> secrets_of(const Application& application);

}  // namespace orchestrate
