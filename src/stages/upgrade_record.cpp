#include "stages/upgrade_record.hpp"

#include <exception>

#include "orchestrate/evidence.hpp"
#include "rehearsal/comparison.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
namespace {

/// Of the same files: in this run, or in one before it. Null: there is none.
const Json& rehearsal_of(const StageContext& context) {
  static const Json none;
  const Json& own = context.run.evidence(evidence::rehearsal_passed);
  if (!own.is_null() || !context.rehearsed) return own;
  const Json& facts = context.rehearsed->facts;
  const bool is_it = facts["files"] == context.run.evidence(evidence::review_passed)["files"] &&
                     facts.text_or("direction") == to_string(context.run.direction());
  return is_it ? facts : none;
}

}  // namespace

Task<> UpgradeRecord::begin() {
  before_.reset();
  if (rehearsal_of(context_).is_null()) co_return;
  try {
    const auto database = co_await open_session(context_, context_.stop);
    before_ = co_await statement_counts(*database, context_.stop);
  } catch (const std::exception& error) {
    context_.progress(std::string("its statements are not recorded: ") + error.what());
  }
}

/// Whatever goes wrong with the record, the upgrade is done.
Task<> UpgradeRecord::tell(Outcome& outcome) {
  if (!before_) co_return;
  try {
    co_await compare(outcome);
  } catch (const std::exception& error) {
    outcome.details.push_back(std::string("not compared with the rehearsal: ") + error.what());
  }
}

Task<> UpgradeRecord::compare(Outcome& outcome) {
  const std::stop_token unstoppable;
  const auto database = co_await open_session(context_, unstoppable);
  const auto after = co_await statement_counts(*database, unstoppable);
  const auto ran = after ? counted_between(*before_, *after) : std::nullopt;
  if (!ran) {
    outcome.details.emplace_back(
        "not compared with the rehearsal: the server forgot some statements meanwhile; see pg_stat_statements.max");
    co_return;
  }
  const auto comparison = rehearsal::compare(rehearsal_of(context_), ran->statements);
  if (!comparison) co_return;
  if (!comparison->not_run.empty() && ran->has_hidden) {  // such as after SET ROLE
    outcome.details.emplace_back(
        "not compared with the rehearsal: it ran as another role; grant pg_read_all_stats to ours");
    co_return;
  }
  if (comparison->differs())
    outcome.summary += ", not as rehearsed";
  else if (comparison->unknown == 0)
    outcome.summary += ", as rehearsed";
  for (std::string& line : rehearsal::lines_of(*comparison)) outcome.details.push_back(std::move(line));
  context_.record(fact::upgrade_recorded, rehearsal::to_json(*comparison));
}

}  // namespace orchestrate
