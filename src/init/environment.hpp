#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "init/fact.hpp"
#include "init/python_file.hpp"
#include "init/unit_file.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::init {

/// A variable of an env file: its name and where it stands. Values stay where they are.
struct Variable {
  std::string name;
  Place place;
  bool holds_url = false;  ///< of PostgreSQL
  std::string database;    ///< of that URL, only to be compared; never shown
};

/// An env file of the project and how it is read.
struct Environs {
  EnvFile file;
  Place said_by;  ///< the unit, or the code that loads it
  std::vector<Variable> variables;
};

/// The env files of the project: what its units name, else `.env`, which the application loads itself where its code
/// says so.
std::vector<Environs> env_files(const std::filesystem::path& project, const std::vector<UnitFile>& units,
                                const std::vector<PythonFile>& code);

/// How the policy names the database.
struct DatabaseVariable {
  std::string name;
  bool operator==(const DatabaseVariable&) const = default;
};
using DatabaseForm = std::variant<DatabaseVariable, UrlTemplate::Parts>;

struct Database {
  Fact<DatabaseForm> form;
  Environs environs;
  std::string database;  ///< its name, only to be compared; empty: unknown
};

/// The variables from which the migrations have their URL: the one that env.py names, or a module that env.py imports;
/// else the only one of the file; else its parts, such as DB_USER. `candidates`: those that nobody could choose of.
struct DatabaseSearch {
  std::optional<Database> found;
  std::vector<Variable> candidates;
};
DatabaseSearch find_database(const std::vector<Environs>& environments, const std::optional<PythonFile>& env_py,
                             const std::vector<PythonFile>& code);

}  // namespace orchestrate::init
