#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "backup/source.hpp"
#include "backup/wording.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "schema/state.hpp"
#include "stages/database_session.hpp"
#include "stages/proven_further.hpp"
#include "stages/restore.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t most_changes = 20;
constexpr auto counting_limit = std::chrono::hours(1);

/// What stays with the old database or would be lost, each with the words for it.
struct Hazard {
  const char* sql;  ///< names, or nothing
  const char* why;
  const char* fix;
};
constexpr std::array hazards = {
    Hazard{"SELECT 'a replica' WHERE pg_is_in_recovery()", "the server is {}", "restore on the primary"},
    Hazard{
        "SELECT string_agg(gid, ', ') FROM pg_prepared_xacts WHERE database = current_database() HAVING count(*) > 0",
        "there are prepared transactions: {}", "COMMIT PREPARED or ROLLBACK PREPARED them"},
    Hazard{"SELECT string_agg(slot_name, ', ') FROM pg_replication_slots WHERE database = current_database() "
           "HAVING count(*) > 0",
           "logical replication slots would stay with the old database: {}",
           "drop them, and make them anew afterwards"},
    Hazard{"SELECT string_agg(subname, ', ') FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid "
           "WHERE d.datname = current_database() HAVING count(*) > 0",
           "subscriptions would go on writing into the old database: {}", "drop them, and make them anew afterwards"},
};

Outcome refused_because(std::string why, std::string fix) {
  return refused("not restored", {backup::Refusal{std::move(why), std::move(fix)}});
}

Task<std::optional<Outcome>> hazard_in(Database& database, std::stop_token stop) {
  for (const Hazard& hazard : hazards) {
    const std::string sql = hazard.sql;
    const Rows rows = co_await database.query(sql, stop);
    if (!rows.rows.empty())
      co_return refused_because(fmt::format(fmt::runtime(hazard.why), rows.rows.at(0).at(0).value_or("")), hazard.fix);
  }
  co_return std::nullopt;
}

Task<std::optional<Outcome>> in_the_way(StageContext& context, DatabaseIdentity identity) {
  const auto found = co_await replacement::obstacles_to_replace(context.application, context.ports.databases,
                                                                std::move(identity), context.stop);
  if (found.empty()) co_return std::nullopt;
  std::vector<backup::Refusal> reasons;
  for (const Obstacle& obstacle : found) reasons.push_back({obstacle.what, obstacle.fix});
  co_return refused("not restored", reasons);
}

/// psql obeys what a plain dump says, `\connect` and DROP DATABASE as well: that is no risk for a live server.
bool is_archive(backup::Format format) {
  return format == backup::Format::custom || format == backup::Format::directory || format == backup::Format::tar;
}

class RestoreSource final : public Stage {
 public:
  explicit RestoreSource(std::filesystem::path dump) : dump_(std::move(dump)) {}

  std::string describe() const override { return "read " + dump_.string() + " to its end, and compare it with today"; }

  Task<Outcome> run(StageContext& context) const override {
    const auto database = co_await open_session(context, context.stop);
    const DatabaseIdentity identity = co_await read_identity(*database, context.stop);
    auto hazard = co_await hazard_in(*database, context.stop);
    if (hazard) co_return std::move(*hazard);
    auto obstacles = co_await in_the_way(context, identity);
    if (obstacles) co_return std::move(*obstacles);
    const auto read = co_await backup::read_source(context, dump_);
    if (const auto* rejection = std::get_if<backup::Rejection>(&read)) co_return told(*rejection);
    const auto& source = std::get<backup::Source>(read);
    if (!is_archive(source.proof.format))
      co_return refused_because(name() + " is plain SQL, and psql would obey all that stands in it",
                                "restore it by hand, or make dumps with pg_dump --format=custom");
    if (auto foreign = foreign_to(source, identity)) co_return std::move(*foreign);
    context.progress("counting what is there today");
    // The application's role need not see all that is in its database; whoever replaces it must.
    const DatabaseUrl everything = replacement::as_administrator(context.application, identity.name);
    const SessionOptions counting{.statement_timeout = counting_limit};
    const auto all = co_await context.ports.databases.connect(everything, counting, context.stop);
    const backup::RowCounts now = co_await backup::count_rows(*all, context.stop);
    const auto rows =
        co_await version_rows(*database, context.application.policy.migrations.version_table, context.stop);
    co_return told(context, source, identity, now, rows.value_or(std::vector<std::string>{}));
  }

 private:
  std::string name() const { return dump_.filename().string(); }

  /// Bytes that are bad are remembered, so that they count for nothing any more.
  Outcome told(const backup::Rejection& rejection) const {
    Outcome outcome = refused(name(), rejection.reasons);
    if (!rejection.damage.empty()) outcome.evidence.push_back(damage(dump_, rejection.damage));
    return outcome;
  }

  static std::optional<Outcome> foreign_to(const backup::Source& source, const DatabaseIdentity& identity) {
    if (!source.manifest || source.manifest->database == identity.name) return std::nullopt;
    return refused_because(
        fmt::format("its manifest says that it is of database {}, not of {}", source.manifest->database, identity.name),
        "choose another backup");
  }

  /// What will not be there any more is told before, and answered for by the database's name.
  Outcome told(const StageContext& context, const backup::Source& source, const DatabaseIdentity& identity,
               const backup::RowCounts& now, const std::vector<std::string>& from) const {
    Outcome outcome{Verdict::passed, backup::summary_of(source.proof), {}, {}, {}};
    const bool counted = source.manifest && !source.manifest->rows.empty();
    const auto changes = counted ? backup::changes_by_restore(now, source.manifest->rows) : std::vector<std::string>{};
    const std::size_t told = std::min(changes.size(), most_changes);
    outcome.details.assign(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(told));
    if (changes.size() > told) outcome.details.push_back(fmt::format("and {} more tables", changes.size() - told));
    if (!counted) outcome.details.emplace_back("nobody counted its rows when it was made: what it lacks is not known");
    outcome.details.push_back(
        fmt::format("whatever was written since {} is not in it", utc_text(source.proof.taken_at)));
    outcome.evidence = evidence_of(source, identity, from);
    const bool dry = context.state.empty();
    if (dry || context.run.created.confirmed == identity.name) return outcome;
    outcome.verdict = Verdict::blocked;
    outcome.summary += "; not confirmed";
    const std::string& act = context.run.created.verb;
    const std::string subject =
        act == "restore" ? context.application.policy.app + " " + dump_.string() : context.target;
    outcome.next = fmt::format("orchestrate {} {} --confirm {}", act, subject, identity.name);
    return outcome;
  }

  /// In the shapes of preflight and review, so that a restore is concluded like any change of the schema.
  std::vector<Evidence> evidence_of(const backup::Source& source, const DatabaseIdentity& identity,
                                    const std::vector<std::string>& from) const {
    Json pending = Json::object({{"from", Json::of(from)}});
    if (source.manifest) pending.set("to", Json::of(source.manifest->revisions));
    Json dump = backup::evidence_of(source.proof).facts;  // with what tells whether it is still the same file
    dump.set("name", name()).set("run", source.manifest ? source.manifest->run : std::string());
    return {{std::string(evidence::preflight_passed), Json::object({{"database", to_json(identity)}})},
            {std::string(evidence::migration_pending), std::move(pending)},
            {std::string(evidence::restore_source), std::move(dump)}};
  }

  std::filesystem::path dump_;
};

constexpr std::array<Key, 1> keys = {{{"backup", ValueType::path, Presence::required, {}, "The dump"}}};
constexpr std::array provides = {evidence::preflight_passed, evidence::migration_pending, evidence::restore_source};

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  return std::make_unique<RestoreSource>(spec.settings.text("backup"));
}

}  // namespace

const StageKind restore_source_stage = {.name = "source",
                                        .purpose = "Read the backup to its end, and compare it with today.",
                                        .keys = keys,
                                        .provides = provides,
                                        .length = Length::lengthy,
                                        .timeout = std::chrono::hours(1),
                                        .bind = bind};

}  // namespace orchestrate
