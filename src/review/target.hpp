#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "review/lineage.hpp"

namespace orchestrate {

/// Why a target or a version row means nothing to this graph.
struct Unresolved {
  std::string rule;  ///< `several-heads`, `unknown-target`, ...
  std::string why, remedy;
};

using Targets = std::variant<Nodes, Unresolved>;

/// The revisions that `alembic upgrade TARGET` would go up to, from `applied`.
Targets resolve_target(const Lineage& lineage, const Nodes& applied, std::string_view target);

}  // namespace orchestrate
