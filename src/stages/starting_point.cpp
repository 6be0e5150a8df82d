#include "stages/starting_point.hpp"

#include <algorithm>

#include "orchestrate/evidence.hpp"
#include "schema/aftermath.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
namespace {

Task<SchemaState> state_of(const StageContext& context, Database& database, std::stop_token stop) {
  const Policy& policy = context.application.policy;
  return read_state(database, policy.migrations.version_table, app_schemas(policy), std::move(stop));
}

}  // namespace

Task<StartingPoint> read_starting_point(const StageContext& context, Database& database) {
  StartingPoint point;
  point.state = co_await state_of(context, database, context.stop);
  point.identity = co_await read_identity(database, context.stop);
  point.half_made = co_await half_made_objects(database, app_schemas(context.application.policy), context.stop);
  co_return point;
}

Json to_json(const StartingPoint& point) {
  Json json = to_json(point.state);
  json.set("identity", to_json(point.identity));
  json.set("half_made", Json::of(point.half_made));
  return json;
}

Task<> tell_aftermath(const StageContext& context, StartingPoint before, Database& database, Outcome& outcome) {
  const std::stop_token unstoppable;
  const SchemaState now = co_await state_of(context, database, unstoppable);
  const auto half_made = co_await half_made_objects(database, app_schemas(context.application.policy), unstoppable);
  for (const std::string& object : half_made)
    if (std::ranges::find(before.half_made, object) == before.half_made.end())
      outcome.details.push_back("left behind: " + object);
  switch (judge_aftermath(context.run, now)) {
    case Aftermath::unchanged:
      outcome.evidence.push_back({std::string(evidence::database_unchanged), to_json(now)});
      co_return;
    case Aftermath::at_target:
      outcome.details.emplace_back("the command failed, but the database is at the target");
      outcome.evidence.push_back(
          {std::string(evidence::upgrade_done), Json::object({{"from", Json::of(rows_of(before.state))},
                                                              {"to", Json::of(rows_of(now))},
                                                              {"files", context.run.applied_files()}})});
      co_return;
    case Aftermath::unclear:
      outcome.details.push_back(what_differs(before.state, now));
  }
}

void not_judged(const Error& error, Outcome& outcome) {
  outcome.details.push_back(std::string("what it left behind could not be asked: ") + error.what());
  outcome.evidence.push_back({std::string(evidence::upgrade_unjudged), Json::object({{"why", error.why()}})});
}

}  // namespace orchestrate
