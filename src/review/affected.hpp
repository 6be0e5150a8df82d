#pragma once

#include <compare>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/names.hpp"
#include "review/rule.hpp"

namespace orchestrate {

/// How a statement uses a relation that stands in it.
enum class Touch {
  definition,
  rows_added,
  rows_changed,  ///< updated or deleted, which foreign keys may pass on
  reference,     ///< by a foreign key, or as the parent of a new table: locked and not changed
};

/// A table, view, sequence or index of a statement. The schema `public` may be any: the search_path decides.
struct AffectedRelation {
  TableName name;
  Touch touch = Touch::definition;
  auto operator<=>(const AffectedRelation&) const = default;
};

/// What the pending set locks, as far as its text tells.
struct Affected {
  std::set<AffectedRelation> relations;
  std::set<std::string> schemas;     ///< dropped with everything in them
  std::vector<std::string> unknown;  ///< what may lock anything: `002.py:12: a DO block ...`; empty: it is all above
  bool concurrently = false;         ///< waits for every older snapshot in the database
};

/// Of the upgrade() functions of `revisions`.
Affected affected_by(std::span<const ReadRevision> revisions);

}  // namespace orchestrate
