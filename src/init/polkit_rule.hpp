#pragma once

#include <string>
#include <vector>

#include "orchestrate/names.hpp"

namespace orchestrate::init {

/// The rule on one line by which `user` may start, stop and restart just these units.
std::string units_rule(const std::vector<UnitName>& units, const std::string& user);

/// The rule by which `user` may read the runs of its own app.
std::string reading_rule(const std::string& app, const std::string& user);

/// Where an administrator's rules for an app belong.
std::string rules_file(const std::string& app);

}  // namespace orchestrate::init
