#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/event.hpp"
#include "orchestrate/names.hpp"

namespace orchestrate::backup {

/// What a dump must hold to be one of this application: what its database holds now.
struct Sought {
  std::optional<TableName> version_table;
  std::vector<std::string> schemas;
};

/// What a dump says about itself, and which of the sought things it lacks.
struct Contents {
  std::string database;            ///< empty: plain SQL does not say
  std::string server_version;      ///< `15.18 (Debian 15.18-0+deb12u1)`; empty when unknown
  std::optional<Time> created_at;  ///< plain SQL does not say
  std::vector<std::string> lacks;  ///< "schema cfg", "the rows of cfg.alembic_version", ...
  bool operator==(const Contents&) const = default;
};

/// From what `pg_restore --list` prints.
Contents contents_of_list(std::string_view list, const Sought& sought);

}  // namespace orchestrate::backup
