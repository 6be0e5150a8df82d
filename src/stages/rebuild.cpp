#include <array>
#include <cerrno>
#include <filesystem>

#include <sys/stat.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "backup/manifest.hpp"
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

/// Why what was restored is not what was dumped; only the manifest of a dump of ours knows that.
std::optional<backup::Refusal> mismatch(const std::filesystem::path& dump, const backup::Restored& restored) {
  const auto beside = backup::manifest_path(dump);
  const auto manifest = std::filesystem::exists(beside) ? backup::read_manifest(beside) : std::nullopt;
  if (!manifest || manifest->rows.empty()) return std::nullopt;
  const auto rows = backup::differences(manifest->rows, restored.rows);
  if (rows.empty()) return std::nullopt;
  return backup::Refusal{"restored, it is not what was dumped: " + rows.front(), "choose another backup"};
}

/// Of a policy that takes no dumps, so that nobody has made it.
void make_directory(const std::filesystem::path& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    throw Error(ErrorKind::failed, "make " + directory.string() + " for the last dump", system_reason(errno));
}

class Rebuild final : public Stage {
 public:
  explicit Rebuild(std::filesystem::path last_dumps) : last_dumps_(std::move(last_dumps)) {}

  std::string describe() const override { return "restore into a new database beside the present one, and count"; }

  Task<Outcome> run(StageContext& context) const override {
    const auto admin = co_await replacement::administer(context.application, context.ports.databases, context.stop);
    const std::string live = context.application.for_sessions().database;
    Replacement names = replacement::replacement_for(live, context.run.id);
    const std::vector<std::string> live_name = {live};
    const Rows oid = co_await admin->query(oid_sql, live_name, context.stop);
    names.old_oid = oid.rows.at(0).at(0).value();
    make_directory(last_dumps_);
    context.record(fact::database_replacement, to_json(names));
    std::optional<Outcome> outcome;
    std::exception_ptr problem;
    try {
      outcome = co_await rebuild(context, *admin, names);
    } catch (...) {
      problem = std::current_exception();
    }
    if (outcome && outcome->verdict == Verdict::passed) co_return std::move(*outcome);
    // The session may be in the middle of a statement that was stopped, and the reason to stop must not stop this.
    const std::stop_token unstoppable;
    const auto fresh = co_await replacement::administer(context.application, context.ports.databases, unstoppable);
    co_await replacement::undo(*fresh, names, unstoppable);
    if (problem) std::rethrow_exception(problem);
    co_return std::move(*outcome);
  }

 private:
  static Task<Outcome> rebuild(StageContext& context, Database& admin, Replacement names) {
    context.progress("making database " + names.fresh);
    const auto statements = co_await schema::statements_like(admin, names.name, names.fresh, context.stop);
    for (const std::string& statement : statements) co_await admin.query(statement, context.stop);
    const std::vector<std::string> fresh_name = {names.fresh};
    const Rows oid = co_await admin.query(oid_sql, fresh_name, context.stop);
    names.new_oid = oid.rows.at(0).at(0).value();

    const DatabaseUrl into = replacement::as_administrator(context.application, names.fresh);
    const backup::Trial trial = co_await trial_of(context);
    const auto refusal = co_await backup::load_dump(context, trial, into);
    if (refusal) {
      const std::string fix = "mend that, or choose another backup; all of it: orchestrate logs " + context.run.id;
      co_return refused(trial.dump.filename().string(), {backup::Refusal{refusal->why, fix}});
    }
    const backup::Restored restored = co_await backup::take_stock(context, trial, into);
    if (const auto other = mismatch(trial.dump, restored)) co_return refused(trial.dump.filename().string(), {*other});
    context.progress("analysing");
    const SessionOptions writing{.statement_timeout = restore_limit, .read_only = false};
    const auto session = co_await context.ports.databases.connect(into, writing, context.stop);
    const std::string analyze = "ANALYZE";
    co_await session->query(analyze, context.stop);

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

  std::filesystem::path last_dumps_;
};

constexpr std::array<Key, 1> keys = {
    {{"last_dumps", ValueType::path, Presence::required, {}, "Directory for the last dump of the present database"}}};
constexpr std::array needs = {evidence::restore_source};
constexpr std::array provides = {evidence::database_rebuilt};

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  return std::make_unique<Rebuild>(spec.settings.text("last_dumps"));
}

}  // namespace

const StageKind rebuild_stage = {.name = "rebuild",
                                 .purpose = "Restore the backup into a new database beside the present one.",
                                 .keys = keys,
                                 .needs = needs,
                                 .provides = provides,
                                 .effect = always_changes,
                                 .timeout = restore_limit,
                                 .bind = bind};

}  // namespace orchestrate
