#pragma once

#include <stop_token>
#include <string>

#include "orchestrate/json.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::replacement {

/// One database takes another's place under its name. Both are known by their oids, whatever they are called: after a
/// crash these tell which side we are on.
struct Replacement {
  std::string name;              ///< the application's database, before and after
  std::string fresh;             ///< the new one, before
  std::string kept;              ///< the old one, after; nobody may connect to it
  std::string old_oid, new_oid;  ///< empty: not made yet
  bool operator==(const Replacement&) const = default;
};

/// The names that a run gives them, at most PostgreSQL's 63 bytes long.
Replacement replacement_for(const std::string& database, const std::string& run);

Json to_json(const Replacement& replacement);
Replacement replacement_from_json(const Json& json);

enum class Side {
  before,   ///< the old database has the name
  after,    ///< the new one has it
  neither,  ///< somebody else renamed or dropped one of them
};
Task<Side> side_of(Database& admin, Replacement replacement, std::stop_token stop);

/// Closes the old database, ends every session in both, and exchanges the names in one transaction. Throws Error; then
/// the old one may still be closed.
Task<> exchange(Database& admin, Clock& clock, Replacement replacement, std::stop_token stop);

/// Before the exchange: lets clients into the old database again, then drops the new one, where there is one. Throws
/// Error when it cannot be opened. Returns why the new one is still there; empty: it is not.
Task<std::string> undo(Database& admin, Replacement replacement, std::stop_token stop);

/// After the exchange: drops the old one. Returns whether there was one.
Task<bool> drop_kept(Database& admin, Replacement replacement, std::stop_token stop);

}  // namespace orchestrate::replacement
