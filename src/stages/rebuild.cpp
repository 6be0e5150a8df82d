#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backup/proof.hpp"
#include "backup/prove_restored.hpp"
#include "backup/restore.hpp"
#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "replacement/replacement.hpp"
#include "schema/database_properties.hpp"
#include "stages/proven_further.hpp"
#include "stages/restore.hpp"

namespace orchestrate {
namespace {

using replacement::Replacement;

constexpr auto restore_limit = std::chrono::hours(12);
const std::string oid_sql = "SELECT oid FROM pg_database WHERE datname = $1";

class Rebuild final : public Stage {
 public:
  std::string describe() const override { return "restore into a new database beside the present one, and count"; }

  Task<Outcome> run(StageContext& context) const override {
    const auto admin = co_await replacement::administer(context.application, context.ports.databases, context.stop);
    const Json& database = context.run.evidence(evidence::preflight_passed)["database"];
    const std::string live = database.text_or("name");
    Replacement names = replacement::replacement_for(live, context.run.id);
    names.old_oid = database.text_or("oid");
    context.record(fact::database_replacement, to_json(names));
    std::optional<Outcome> outcome;
    std::exception_ptr problem;
    try {
      outcome = co_await rebuild(context, *admin, names);
    } catch (...) {
      problem = std::current_exception();
    }
    if (outcome && outcome->verdict == Verdict::passed) co_return std::move(*outcome);
    const std::string left = co_await taken_back(context, names);
    if (problem) {
      if (!left.empty()) context.progress(left);
      std::rethrow_exception(problem);
    }
    if (!left.empty()) outcome->details.push_back(left);
    co_return std::move(*outcome);
  }

 private:
  /// The session may be in the middle of a statement that was stopped, and the reason to stop must not stop this.
  /// Returns what is left all the same.
  static Task<std::string> taken_back(StageContext& context, Replacement names) {
    const std::stop_token unstoppable;
    std::string left;
    try {
      const auto fresh = co_await replacement::administer(context.application, context.ports.databases, unstoppable);
      left = co_await replacement::undo(*fresh, names, unstoppable);
    } catch (const Error& error) {
      left = fmt::format("database {} may be left over, drop it: {}", names.fresh, error.why());
    }
    co_return left;
  }

  /// Properties come last: default_transaction_read_only, or a connection limit, would be in the way of the restore.
  static Task<Outcome> rebuild(StageContext& context, Database& admin, Replacement names) {
    context.progress("making database " + names.fresh);
    const auto statements =
        co_await schema::statements_like(admin, names.name, names.fresh, schema::Tablespace::same, context.stop);
    co_await admin.query(statements.at(0), context.stop);
    const std::vector<std::string> fresh_name = {names.fresh};
    const Rows oid = co_await admin.query(oid_sql, fresh_name, context.stop);
    names.new_oid = oid.rows.at(0).at(0).value();

    const DatabaseUrl into = replacement::as_administrator(context.application, names.fresh);
    const backup::Trial trial = co_await trial_of(context);
    expect_still_there(context);
    const auto refusal = co_await backup::load_dump(context, trial, into);
    expect_still_there(context);
    if (refusal) {
      const std::string fix = "mend that, or choose another backup; all of it: orchestrate logs " + context.run.id;
      co_return refused(trial.dump.filename().string(), {backup::Refusal{refusal->why, fix}});
    }
    const backup::Restored restored = co_await backup::take_stock(context, trial, into);
    if (const auto other = backup::mismatch(trial.dump, restored))
      co_return refused(trial.dump.filename().string(), {*other});
    context.progress("analysing");
    const SessionOptions writing{.statement_timeout = restore_limit, .read_only = false};
    const auto session = co_await context.ports.databases.connect(into, writing, context.stop);
    const std::string analyze = "ANALYZE";
    co_await session->query(analyze, context.stop);
    for (std::size_t i = 1; i < statements.size(); ++i) co_await admin.query(statements[i], context.stop);

    Json facts = to_json(names);
    facts.set("tables", restored.rows.size()).set("rows", backup::rows_in(restored.rows));
    facts.set("revisions", Json::of(restored.revisions));
    Outcome outcome{
        Verdict::passed,
        fmt::format("{} tables, {} rows in {}", restored.rows.size(), backup::rows_in(restored.rows), names.fresh),
        {},
        {},
        {}};
    outcome.evidence.push_back({std::string(evidence::database_rebuilt), std::move(facts)});
    co_return outcome;
  }

  /// pg_restore opens it several times, and another job may put a new file there.
  static void expect_still_there(const StageContext& context) {
    const Json& source = context.run.evidence(evidence::restore_source);
    if (!backup::still_as_proven(source))
      throw Error(ErrorKind::failed, "restore " + source.text_or("path"), "it changed after it was looked at",
                  "begin again, with a dump that nobody writes to");
  }

  static Task<backup::Trial> trial_of(StageContext& context) {
    const Json source = context.run.evidence(evidence::restore_source);
    const Json& identity = context.run.evidence(evidence::preflight_passed)["database"];
    const backup::ToolSearch search{.bin = context.application.policy.postgres_bin};
    backup::Trial trial{.dump = source.text_or("path"),
                        .format = backup::format_named(source.text_or("format")),
                        .pg_restore = {},
                        .pg_dump = {},
                        .major = static_cast<int>(identity["server_version"].as_integer() / 10000),
                        .server = {},
                        .limit = restore_limit,
                        .tablespaces = backup::Tablespaces::kept};
    trial.pg_restore = co_await backup::find_pg_restore(context.ports.commands, search, trial.major, context.stop);
    co_return trial;
  }
};

constexpr std::array needs = {evidence::restore_source};
constexpr std::array provides = {evidence::database_rebuilt};

std::unique_ptr<Stage> bind(const StageSpec&, const Policy&) {
  return std::make_unique<Rebuild>();
}

}  // namespace

const StageKind rebuild_stage = {.name = "rebuild",
                                 .purpose = "Restore the backup into a new database beside the present one.",
                                 .needs = needs,
                                 .provides = provides,
                                 .effect = always_changes,
                                 .timeout = restore_limit,
                                 .bind = bind};

}  // namespace orchestrate
