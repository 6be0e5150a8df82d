#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "init/advanced_alchemy.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::init {

/// How the project is upgraded, in the words of a policy.
struct Upgrade {
  Migrations::Tool tool = Migrations::Tool::alembic;
  std::vector<std::string> command, downgrade;
  std::string python;  ///< where the command's first word is no interpreter
  std::string remark;  ///< why it is this one
};

/// By Alembic's own command line; `config` is how the policy names its configuration.
Upgrade by_alembic(const std::string& python, const std::string& config);

/// By a target of the makefile, and back by Alembic itself; an empty `config` is Alembic's default.
Upgrade by_make(const std::string& target, const std::string& python, const std::string& config);

/// By the project's own module, and back by the library's own call.
Upgrade by_advanced_alchemy(const AdvancedAlchemy& alchemy, const std::string& python);

}  // namespace orchestrate::init
