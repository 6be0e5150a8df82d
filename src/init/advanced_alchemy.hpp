#pragma once

#include <optional>
#include <string>
#include <vector>

#include "init/fact.hpp"
#include "init/python_file.hpp"

namespace orchestrate::init {

/// A project whose migrations Advanced Alchemy runs by its Python interface.
struct AdvancedAlchemy {
  Fact<std::string> module;         ///< `byte_api.scripts.migrate`, for `python -m`
  std::string import;               ///< the line that imports the configuration; empty: it is not to be seen
  std::string config;               ///< its name
  Fact<std::string> version_table;  ///< empty: it cannot be read
};

/// The module that upgrades with AlembicCommands when it is run; nullopt: there is none.
std::optional<AdvancedAlchemy> advanced_alchemy(const std::vector<PythonFile>& code);

}  // namespace orchestrate::init
