#pragma once

#include <string>
#include <vector>

#include "backup/tools.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// What a database needs around it and no dump of it holds: for the day on which the server is gone too.
struct Surroundings {
  std::string globals;                ///< SQL of roles and tablespaces, without passwords, for psql
  std::vector<std::string> database;  ///< statements that make the database itself, with its properties
  bool operator==(const Surroundings&) const = default;
};

/// By pg_dumpall and by the server itself. Throws Error.
Task<Surroundings> read_surroundings(StageContext& context, Tool pg_dumpall);

}  // namespace orchestrate::backup
