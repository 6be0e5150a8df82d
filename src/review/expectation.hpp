#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "review/rule.hpp"

namespace orchestrate {

/// A table, or one column of it.
struct SchemaObject {
  TableName table;
  std::string column;  ///< empty: the table itself
  auto operator<=>(const SchemaObject&) const = default;
};

/// What a database holds in which some revisions were applied and others were not, as far as their text tells.
struct Expectation {
  struct Fate {
    bool there = true;
    bool qualified = true;  ///< the schema was written; else any may hold it
    std::string revision;   ///< that made or dropped it, or is still to make it
    Place place;
  };
  std::map<SchemaObject, Fate> objects;
  std::size_t untold = 0;  ///< statements of which nobody can tell what they do
};

/// Both in the order in which Alembic runs them upwards.
Expectation expectation_of(std::span<const ReadRevision> applied, std::span<const ReadRevision> others);

}  // namespace orchestrate
