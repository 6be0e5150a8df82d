#include "stages/backup.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "backup/check.hpp"
#include "backup/decode.hpp"
#include "backup/dump.hpp"
#include "backup/keep.hpp"
#include "backup/together.hpp"
#include "backup/wording.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/expiry.hpp"
#include "stages/proven_further.hpp"

namespace orchestrate {
namespace {

using backup::CheckRule;
using backup::Proof;
using backup::Refusal;
using backup::TakeRule;

constexpr std::array<std::string_view, 2> formats = {"custom", "directory"};
constexpr std::array<std::string_view, 3> levels = {"intact", "restored", "matched"};
constexpr std::array<Key, 15> keys = {{
    {"check", ValueType::path, Presence::optional, {}, "Dump that another job makes; {date} is the local date"},
    {"log", ValueType::path, Presence::optional, {}, "Log of that job"},
    {"log_says", ValueType::text, Presence::optional, {}, "What its log says when it is done"},
    {"log_starts", ValueType::text, Presence::optional, {}, "What its log says when it begins"},
    {"max_age", ValueType::duration, Presence::optional, "26h", "How old that dump may be"},
    {"min_size", ValueType::size, Presence::optional, {}, "How small that dump may be"},
    {"take", ValueType::path, Presence::optional, {}, "Directory to dump into, with pg_dump"},
    {"format", ValueType::choice, Presence::optional, "custom", "One file, or a directory that several sessions fill",
     formats},
    {"jobs", ValueType::integer, Presence::optional, "1", "How many tables are dumped at a time; needs a directory"},
    {"compression", ValueType::integer, Presence::optional, "1", "gzip level of a dump that is taken, 0 to 9"},
    {"lock_wait", ValueType::duration, Presence::optional, "30s", "How long pg_dump may wait for a table lock"},
    {"reuse_within", ValueType::duration, Presence::optional, "15min",
     "How old a dump may be that the same run took before it was resumed; 0 takes a new one"},
    {"keep",
     ValueType::integer,
     Presence::optional,
     {},
     "How many verified dumps stay, 2 at least; older ones are removed once a new one is proven. Without it all stay"},
    {"keep_for", ValueType::duration, Presence::optional, {}, "Dumps that are younger stay too, whatever their number"},
    {"verify", ValueType::choice, Presence::optional, "intact", "How far the backup is proven", levels},
}};
constexpr std::array<std::string_view, 5> check_only = {"log", "log_says", "log_starts", "max_age", "min_size"};
constexpr std::array<std::string_view, 7> take_only = {"format",       "jobs", "compression", "lock_wait",
                                                       "reuse_within", "keep", "keep_for"};
constexpr std::int64_t most_jobs = 64;
constexpr std::array<std::string_view, 1> provides = {"backup.intact"};

Outcome proven(const Proof& proof) {
  Outcome outcome{.verdict = Verdict::passed, .summary = summary_of(proof)};
  outcome.evidence.push_back(evidence_of(proof));
  return outcome;
}

class CheckStage : public Stage {
 public:
  CheckStage(CheckRule rule, Wanted wanted) : rule_(std::move(rule)), wanted_(wanted) {}

  std::string describe() const override {
    return fmt::format("check {}: at most {} old, {}", rule_.pattern, backup::duration_text(*rule_.max_age),
                       how_far(wanted_));
  }

  Task<Outcome> run(StageContext& context) const override {
    const auto checked = co_await backup::check_dump(context, rule_);
    if (const auto* rejection = std::get_if<backup::Rejection>(&checked))
      co_return refused(rejection->path.filename().string(), rejection->reasons);
    const Proof& proof = std::get<Proof>(checked);
    const Outcome outcome = co_await proven_further(context, proof, proven(proof), wanted_);
    const bool rests_on_it = outcome.verdict == Verdict::passed && !context.output.empty() && !context.run.id.empty();
    if (rests_on_it) keep(context, proof.path);
    co_return outcome;
  }

 private:
  /// Its owner may clean up at any time; what runs kept that nobody can undo any more goes.
  void keep(StageContext& context, const std::filesystem::path& dump) const {
    const std::filesystem::path directory = context.state / "kept";
    std::vector<std::string> runs = {context.run.id};
    for (const BackupPin& pin : context.backups.pins) runs.push_back(pin.run);
    backup::release_kept(directory, runs);
    const auto owner =
        rule_.pattern.find("{date}") == std::string::npos ? backup::Owner::rewrites : backup::Owner::removes;
    context.record(fact::backup_kept, backup::keep_dump(dump, owner, directory, context.run.id).string());
  }

  CheckRule rule_;
  Wanted wanted_;
};

Task<> taken(StageContext& context, const TakeRule& rule, const backup::Preparation& preparation,
             std::optional<Proof>& proof) {
  proof = co_await backup::take_dump(context, rule, preparation);
}

Task<> served(StageContext& context, int major, std::shared_ptr<scratch::Cluster>& server) {
  server = co_await backup::make_server(context, major);
}

class TakeStage : public Stage {
 public:
  TakeStage(const StageSpec& spec, TakeRule rule, Wanted wanted)
      : name_(spec.name),
        rule_(std::move(rule)),
        reuse_within_(spec.settings.duration("reuse_within")),
        wanted_(wanted),
        retention_(retention_of(spec)) {}

  std::string describe() const override {
    const std::string kept = retention_ ? fmt::format("; the newest {} are kept", retention_->keep) : "";
    const std::string jobs = rule_.jobs > 1 ? fmt::format(", {} tables at a time", rule_.jobs) : "";
    return fmt::format("pg_dump into {}: gzip level {}{}, {}{}", rule_.directory.string(), rule_.compression, jobs,
                       how_far(wanted_), kept);
  }

  Task<Outcome> run(StageContext& context) const override {
    if (auto kept = kept_dump(context)) co_return std::move(*kept);
    const auto prepared = co_await backup::prepare_dump(context, rule_);
    if (const auto* refusal = std::get_if<Refusal>(&prepared)) co_return refused("pg_dump", {*refusal});
    const auto& preparation = std::get<backup::Preparation>(prepared);
    if (context.output.empty())  // a dry run writes nothing
      co_return Outcome{.verdict = Verdict::passed,
                        .summary = fmt::format("would dump about {} into {}", size_text(preparation.expected),
                                               rule_.directory.string())};
    Wanted wanted = wanted_;
    const Proof proof = co_await dump(context, preparation, wanted);
    const backup::Level level = wanted.level;
    Outcome outcome = co_await proven_further(context, proof, proven(proof), std::move(wanted));
    if (retention_ && is_at(outcome, level)) expire_older(context, rule_.directory, *retention_, outcome);
    co_return outcome;
  }

 private:
  /// The server to restore into is made meanwhile.
  Task<Proof> dump(StageContext& context, const backup::Preparation& preparation, Wanted& wanted) const {
    if (wanted.level == backup::Level::intact) co_return co_await backup::take_dump(context, rule_, preparation);
    std::stop_source over;
    const std::stop_callback from_outside(context.stop, [&over] { over.request_stop(); });
    StageContext both = context;
    both.stop = over.get_token();
    std::optional<Proof> proof;
    Task<> dumping = taken(both, rule_, preparation, proof);
    Task<> serving = served(both, preparation.server.major, wanted.server);
    co_await backup::together(std::move(dumping), std::move(serving), over);
    co_return proof.value();
  }

  /// What this run took before it was resumed, where it is still that, byte for byte, and recent.
  std::optional<Outcome> kept_dump(const StageContext& context) const {
    const StageRecord* record = context.run.stage(name_);
    if (!record) return std::nullopt;
    for (const Evidence& proof : record->earlier) {
      if (proof.name != evidence::backup_intact || !backup::still_as_proven(proof.facts)) continue;
      const auto age = context.ports.clock.now() - parse_utc(proof.facts.text_or("taken_at"));
      const std::filesystem::path dump = proof.facts.text_or("path");
      const bool recent = age >= age.zero() && age <= reuse_within_;
      if (!recent || dump.parent_path() != rule_.directory ||
          backup::sha256_of_dump(dump) != proof.facts.text_or("sha256"))
        continue;
      Outcome outcome{
          .verdict = Verdict::passed,
          .summary = fmt::format("{}  kept from before, {} old, hashed again", dump.filename().string(),
                                 backup::duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(age)))};
      for (const Evidence& earlier : record->earlier)
        if (earlier.facts["sha256"] == proof.facts["sha256"]) outcome.evidence.push_back(earlier);
      if (!is_at(outcome, wanted_.level)) continue;
      return outcome;
    }
    return std::nullopt;
  }

  std::string name_;
  TakeRule rule_;
  std::chrono::milliseconds reuse_within_;
  Wanted wanted_;
  std::optional<backup::RetentionRule> retention_;
};

CheckRule check_rule(const Settings& settings) {
  CheckRule rule{.pattern = settings.text("check"), .max_age = settings.duration("max_age")};
  if (settings.has("min_size")) rule.min_size = settings.size("min_size").bytes;
  if (!settings.has("log")) return rule;
  rule.log = backup::LogRule{.file = settings.text("log"), .says = settings.text("log_says")};
  if (settings.has("log_starts")) rule.log->starts = settings.text("log_starts");
  return rule;
}

TakeRule take_rule(const StageSpec& spec) {
  return {.directory = spec.settings.text("take"),
          .format = backup::format_named(spec.settings.text("format")),
          .jobs = static_cast<int>(spec.settings.integer("jobs")),
          .compression = static_cast<int>(spec.settings.integer("compression")),
          .lock_wait = spec.settings.duration("lock_wait"),
          .timeout = spec.timeout.value_or(backup_timeout),
          .level = wanted_of(spec).level};
}

/// Written by the operator, not filled in as a default.
bool written(const Settings& settings, std::string_view key) {
  return settings.has(key) && settings.position(key) != Position{};
}

std::vector<std::string> problems(const Settings& settings) {
  const bool checks = settings.has("check");
  if (checks == settings.has("take"))
    return {checks ? "`check` and `take` exclude each other: keep one" : "one of `check` and `take` is needed"};
  std::vector<std::string> found;
  const auto refuse_keys = [&](std::span<const std::string_view> others, std::string_view form) {
    for (const std::string_view key : others)
      if (written(settings, key)) found.push_back(fmt::format("`{}` belongs to `{}`: remove it", key, form));
  };
  refuse_keys(checks ? std::span<const std::string_view>(take_only) : check_only, checks ? "take" : "check");
  if (!found.empty()) return found;
  if (settings.has("log") != settings.has("log_says")) found.emplace_back("`log` and `log_says` need each other");
  if (settings.has("log_starts") && !settings.has("log")) found.emplace_back("`log_starts` needs `log`");
  if (checks && settings.has("verify") && settings.text("verify") == to_string(backup::Level::matched))
    found.emplace_back("`verify: matched` needs `take`: only of a dump of ours is known what the database held");
  if (settings.has("min_size") && settings.size("min_size").factor != 0)
    found.emplace_back("`min_size` is a number of bytes, such as 10MB");
  const std::int64_t jobs = settings.integer("jobs");
  if (jobs < 1 || jobs > most_jobs) found.push_back(fmt::format("`jobs` is 1 to {}", most_jobs));
  if (jobs > 1 && settings.text("format") != to_string(backup::Format::directory))
    found.emplace_back("`jobs` needs `format: directory`: into one file only one session can write");
  if (settings.integer("compression") > 9) found.emplace_back("`compression` is 0 to 9");
  if (settings.has("keep") && settings.integer("keep") < static_cast<std::int64_t>(backup::least_kept))
    found.push_back(
        fmt::format("`keep` is {} at least: the newest dump may be the one that is bad", backup::least_kept));
  if (settings.has("keep_for") && !settings.has("keep")) found.emplace_back("`keep_for` needs `keep`");
  return found;
}

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  const Wanted wanted = wanted_of(spec);
  if (spec.settings.has("check")) return std::make_unique<CheckStage>(check_rule(spec.settings), wanted);
  return std::make_unique<TakeStage>(spec, take_rule(spec), wanted);
}

}  // namespace

const StageKind backup_stage{.name = "backup",
                             .purpose = "Prove a backup: check the dump of another job, or take one.",
                             .keys = keys,
                             .needs = {},
                             .provides = provides,
                             .effect = [](const Settings&) { return Effect::keeps; },
                             .length = Length::lengthy,
                             .timeout = backup_timeout,
                             .problems = problems,
                             .bind = bind};

}  // namespace orchestrate
