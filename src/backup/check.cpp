#include "backup/check.hpp"

#include <fmt/core.h>

#include <filesystem>

#include "backup/decode.hpp"
#include "backup/locate.hpp"
#include "backup/server.hpp"
#include "backup/wording.hpp"
#include "files/text.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using Facts = std::vector<files::FileFacts>;
using Kind = files::FileFacts::Kind;

constexpr std::chrono::seconds clock_slack{60};
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

std::optional<Refusal> too_old(Time taken_at, Time now, std::optional<milliseconds> max_age) {
  const auto age = duration_cast<milliseconds>(now - taken_at);
  if (!max_age || age <= *max_age) return std::nullopt;
  return Refusal{fmt::format("it is {} old, max_age is {}", duration_text(age), duration_text(*max_age)),
                 "see why the backup job did not run, then run it"};
}

/// When it was last written: of a directory, its newest file.
Time written_at(const Facts& facts) {
  Time newest = facts.front().modified;
  for (const auto& file : facts) newest = std::max(newest, file.modified);
  return newest;
}

std::vector<Refusal> doubts_from_outside(StageContext& context, const CheckRule& rule, const fs::path& path,
                                         const Facts& facts, Time now) {
  if (facts.empty()) return {{"it vanished just now", "run the check again"}};
  if (facts.front().kind == Kind::other) return {{"it is no regular file", "correct `check`"}};
  const std::uint64_t size = files::size_of(facts);
  if (size == 0) return {{"it is empty (0 bytes)", "see the backup job's log, then run it again"}};

  std::vector<Refusal> doubts;
  const auto add = [&](std::optional<Refusal> doubt) {
    if (doubt) doubts.push_back(std::move(*doubt));
  };
  if (size < rule.min_size)
    add(Refusal{fmt::format("it has {}, min_size is {}", size_text(size), size_text(rule.min_size)),
                "see what the dump lacks, or lower min_size"});
  const Time written = written_at(facts);
  if (written > now + clock_slack)
    add(Refusal{fmt::format("it is from the future ({}): its age is unknown", utc_text(written)),
                "set the clock right, then take a new dump"});
  add(too_old(written, now, rule.max_age));
  for (const std::string& writer : context.ports.host.writers(path))
    add(Refusal{"it is being written by " + writer, "wait for it, then start again"});
  if (rule.log) add(doubt_from_log(*rule.log, written));
  return doubts;
}

std::variant<Recognised, Refusal> recognise_path(const fs::path& path, const Facts& facts) {
  if (facts.front().kind != Kind::directory) return recognise(files::read_head(path, head_size));
  const fs::path contents = path / "toc.dat";
  if (!files::file_facts(contents))  // pg_dump writes it last
    return Refusal{"it is a directory without toc.dat: no dump, or one that was cut off", "take a new dump"};
  auto toc = recognise(files::read_head(contents, head_size));
  if (auto* recognised = std::get_if<Recognised>(&toc)) recognised->format = Format::directory;
  return toc;
}

std::vector<Refusal> doubts_from_inside(const CheckRule& rule, const Reading& reading, const Server& server) {
  const Contents& contents = reading.contents;
  const bool wanted_for_itself = rule.holding == Holding::whatever_it_had;
  std::vector<Refusal> doubts;
  if (!contents.database.empty() && contents.database != server.database)
    doubts.push_back(
        {fmt::format("it is a dump of other database '{}', not of '{}'", contents.database, server.database),
         wanted_for_itself ? "choose another backup" : "correct `check`, or the backup job's database"});
  const int major = major_in(contents.server_version);
  if (major != 0 && major != server.major)
    doubts.push_back({fmt::format("it was taken from PostgreSQL {}, the server is {}", major, server.major),
                      wanted_for_itself ? "restore it by hand: pg_restore into a new database of this server"
                                        : "take a new dump from this server"});
  for (const std::string& lacking : contents.lacks)
    doubts.push_back({"it lacks " + lacking, "see which options the backup job gives to pg_dump"});
  return doubts;
}

Task<DumpFile> prepare(StageContext& context, const CheckRule& rule, fs::path path, Recognised recognised,
                       const Facts& facts, const Server& server) {
  const std::uint64_t size = files::size_of(facts);
  DumpFile dump{.path = std::move(path),
                .format = recognised.format,
                .least_major = recognised.least_major,
                .size = size,
                .sought = {},
                .decode_time = rule.least_decode_time + std::chrono::seconds(size / mebibyte)};
  const Policy& policy = context.application.policy;
  const bool all = rule.holding == Holding::all_of_today;
  if (all) dump.sought.schemas = server.schemas;
  if (all && server.has_version_table) dump.sought.version_table = policy.migrations.version_table;
  if (recognised.least_major == 0) co_return dump;
  ToolSearch search;
  search.bin = policy.postgres_bin;
  dump.pg_restore = co_await find_pg_restore(context.ports.commands, std::move(search),
                                             std::max(recognised.least_major, server.major), context.stop);
  co_return dump;
}

/// An archive knows when it was begun, whatever cp or touch did to the file since; its zone is taken to be ours, so a
/// time after the file's own says nothing.
Time taken_at(const Contents& contents, Time written) {
  return contents.created_at && *contents.created_at <= written ? *contents.created_at : written;
}

}  // namespace

Task<std::variant<Proof, Rejection>> check_dump(StageContext& context, CheckRule rule) {
  const Time now = context.ports.clock.now();
  const auto located = locate_dump(rule.pattern, now, rule.max_age.value_or(milliseconds(0)));
  if (const auto* missing = std::get_if<Refusal>(&located)) co_return Rejection{rule.pattern, {*missing}};
  const fs::path path = std::get<fs::path>(located);

  const Facts before = files::tree_facts(path);
  std::vector<Refusal> doubts = doubts_from_outside(context, rule, path, before, now);
  if (!doubts.empty()) co_return Rejection{path, doubts};
  const auto recognised = recognise_path(path, before);
  if (const auto* foreign = std::get_if<Refusal>(&recognised)) co_return Rejection{path, {*foreign}};

  const Server server = co_await ask_server(context.application, context.ports.databases, context.stop);
  const auto& known = std::get<Recognised>(recognised);
  DumpFile dump = co_await prepare(context, rule, path, known, before, server);
  const Reading reading = co_await read_dump(context, std::move(dump));
  if (files::tree_facts(path) != before)
    co_return Rejection{path,
                        {{"it changed while it was read: it is still being written", "wait for it, then start again"}}};
  if (reading.damage) co_return Rejection{path, {*reading.damage}, reading.damage->why};
  const Time taken = taken_at(reading.contents, written_at(before));
  doubts = doubts_from_inside(rule, reading, server);
  if (auto stale = too_old(taken, now, rule.max_age); stale) doubts.push_back(std::move(*stale));
  if (!doubts.empty()) co_return Rejection{path, doubts};

  co_return Proof{.path = path,
                  .origin = Origin::check,
                  .format = known.format,
                  .database = reading.contents.database,
                  .size = reading.size,
                  .sha256 = reading.sha256,
                  .taken_at = taken,
                  .verified_at = context.ports.clock.now(),
                  .file = before.front()};
}

}  // namespace orchestrate::backup
