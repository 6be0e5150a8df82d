#pragma once

#include <string>
#include <vector>

#include "orchestrate/policy.hpp"
#include "orchestrate/task.hpp"
#include "review/affected.hpp"

namespace orchestrate::preflight {

struct Inspection;

/// Relations of the database that the pending revisions lock, by oid.
struct Relations {
  std::vector<std::string> locked;   ///< with what is locked without being named, such as the tables of foreign keys
  std::vector<std::string> changed;  ///< of these, what they change or alter
  std::vector<std::string> unknown;  ///< why it is every relation of the app's schemas; empty: it need not be
  bool concurrently = false;         ///< older transactions anywhere in the database are waited for
};

/// The app's schemas and the version table's.
std::vector<std::string> schemas_of(const Policy& policy);

/// What the catalog makes of `affected`. The version table always belongs to it.
Task<Relations> relations_of(Inspection& inspection, Affected affected);

/// Finds `inspection.relations` unless it is there: every relation of the app's schemas, since the pending revisions
/// are not known.
Task<> know_relations(Inspection& inspection);

}  // namespace orchestrate::preflight
