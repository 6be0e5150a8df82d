#pragma once

#include <string>
#include <vector>

#include "orchestrate/error.hpp"
#include "orchestrate/stage.hpp"
#include "schema/state.hpp"

namespace orchestrate {

/// Where a migration began: what its end, good or bad, is compared with. It is the fact `database.before`.
struct StartingPoint {
  SchemaState state;
  DatabaseIdentity identity;
  std::vector<std::string> half_made;
};
Task<StartingPoint> read_starting_point(const StageContext& context, Database& database);
Json to_json(const StartingPoint& point);

/// After a failure: puts into `outcome` what the database says was left, as evidence where that is clear.
Task<> tell_aftermath(const StageContext& context, StartingPoint before, Database& database, Outcome& outcome);

/// The same, where the database did not answer: the next command asks again.
void not_judged(const Error& error, Outcome& outcome);

}  // namespace orchestrate
