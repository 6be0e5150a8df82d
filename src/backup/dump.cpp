#include "backup/dump.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "backup/growing.hpp"
#include "backup/holdings.hpp"
#include "backup/manifest.hpp"
#include "backup/restore.hpp"
#include "backup/sequences.hpp"
#include "backup/snapshot.hpp"
#include "backup/surroundings.hpp"
#include "backup/together.hpp"
#include "backup/wording.hpp"
#include "files/durable_file.hpp"
#include "files/file_error.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

/// `20261120T091403Z`: sorts by time, and no shell or file system minds it.
std::string stamp(Time time) {
  std::string text;
  for (const char c : utc_text(time))
    if (c != '-' && c != ':') text += c;
  return text;
}

std::optional<Refusal> unusable(const fs::path& directory) {
  const auto facts = files::file_facts(directory);
  if (!facts)
    return Refusal{directory.string() + " does not exist", "install -d -m 0700 -o USER " + directory.string()};
  if (facts->kind != files::FileFacts::Kind::directory)
    return Refusal{directory.string() + " is no directory", "correct `take`"};
  if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    throw files::file_error("write into", directory, errno);
  return std::nullopt;
}

/// pg_dump would fail in its middle, and until then nobody else would get a lock.
std::optional<Refusal> too_few_locks(const Server& server) {
  if (server.locks_wanted <= server.locks) return std::nullopt;
  const std::uint64_t each = server.locks_wanted / server.sessions + 1;
  return Refusal{fmt::format("a dump needs {} locks on tables and sequences, the server has {}", server.locks_wanted,
                             server.locks),
                 fmt::format("set max_locks_per_transaction = {} in postgresql.conf and restart the server", each)};
}

/// A dump that is being written, and what belongs to it.
struct Taking {
  const TakeRule& rule;
  const Preparation& preparation;
  Growing& dump;
  Holdings holdings;
  std::string sha256;
};

/// What the server said, with what to do about it.
Error explained(const Taking& taking, const Error& error) {
  if (!error.hint().empty() || error.kind() != ErrorKind::failed) return error;
  const std::string doing =
      fmt::format("dump {} to {}", taking.preparation.server.database, taking.rule.directory.string());
  return {error.kind(), doing, error.why(), dump_hint(error.why())};
}

Task<> fill(StageContext& context, Taking& taking, std::string snapshot) {
  taking.sha256 = co_await taking.dump.fill(context, taking.rule, taking.preparation, snapshot);
}

Task<> hold(StageContext& context, Taking& taking, Snapshot& snapshot) {
  taking.holdings = co_await read_holdings(context, taking.rule.level, snapshot.session(), Transaction::open);
}

/// pg_dump writes while we count: both see the snapshot. Either's failure ends the other.
Task<> dump_and_count(StageContext& context, Taking& taking, Snapshot& snapshot) {
  std::stop_source over;
  const std::stop_callback from_outside(context.stop, [&over] { over.request_stop(); });
  StageContext both = context;
  both.stop = over.get_token();
  Task<> dumping = fill(both, taking, snapshot.id());
  Task<> counting = hold(both, taking, snapshot);
  co_await together(std::move(dumping), std::move(counting), over);
}

/// The same, after the definitions, which two pg_dump at once would need more locks for, and between two looks at where
/// the sequences are.
Task<> dump_and_hash(StageContext& context, Taking& taking, Snapshot& snapshot) {
  Site site{.url = context.application.for_sessions(),
            .snapshot = snapshot.id(),
            .pg_dump = taking.preparation.pg_dump,
            .limit = taking.rule.timeout};
  Hashes definitions = co_await read_definitions(context, std::move(site));
  const auto all = co_await sequences(snapshot.session(), context.stop);
  const SessionOptions options{.statement_timeout = taking.rule.timeout};
  const auto session =
      co_await context.ports.databases.connect(context.application.for_sessions(), options, context.stop);
  const Positions before = co_await positions(*session, all, context.stop);
  co_await dump_and_count(context, taking, snapshot);
  const Positions after = co_await positions(*session, all, context.stop);
  Content& content = taking.holdings.content.value();
  content.definitions = std::move(definitions);
  content.sequences = ranges(all, before, after);
}

Task<> take_moment(StageContext& context, Taking& taking) {
  try {
    const auto snapshot = co_await Snapshot::take(context.ports.databases, context.application.for_sessions(),
                                                  taking.rule.lock_wait, context.stop);
    if (taking.rule.level == Level::matched)
      co_await dump_and_hash(context, taking, *snapshot);
    else
      co_await dump_and_count(context, taking, *snapshot);
  } catch (const Error& error) {
    throw explained(taking, error);
  }
}

}  // namespace

Task<std::variant<Preparation, Refusal>> prepare_dump(StageContext& context, TakeRule rule) {
  if (auto refusal = unusable(rule.directory)) co_return std::move(*refusal);
  const Policy& policy = context.application.policy;
  Preparation preparation;
  preparation.server = co_await ask_server(context.application, context.ports.databases, context.stop);
  ToolSearch search;
  search.bin = policy.postgres_bin;
  const int major = preparation.server.major;
  preparation.pg_dump = co_await find_pg_dump(context.ports.commands, search, major, context.stop);
  preparation.pg_dumpall = co_await find_pg_dumpall(context.ports.commands, search, major, context.stop);
  preparation.pg_restore = co_await find_pg_restore(context.ports.commands, search, major, context.stop);

  if (auto refusal = too_few_locks(preparation.server)) co_return std::move(*refusal);
  if (rule.level != Level::intact) expect_room_for_server(context, preparation.server);
  const auto last = newest_manifest(rule.directory, policy.app, preparation.server.database);
  preparation.expected = last ? last->size : preparation.server.database_size;
  const std::uint64_t needed = preparation.expected + preparation.expected * 3 / 10;
  const std::uint64_t available = context.ports.host.space(rule.directory).available;
  if (available < needed)
    co_return Refusal{fmt::format("{} has {} free, a dump of {} may need {}", rule.directory.string(),
                                  size_text(available), preparation.server.database, size_text(needed)),
                      fmt::format("free {}, or name another directory", size_text(needed - available))};
  co_return preparation;
}

Task<Proof> take_dump(StageContext& context, TakeRule rule, Preparation preparation) {
  const std::string& app = context.application.policy.app;
  const Server& server = preparation.server;
  const Time started = context.ports.clock.now();
  files::sweep_partials(rule.directory, app + "-");
  const fs::path path = rule.directory / fmt::format("{}-{}-{}.dump", app, stamp(started), context.run.id);
  const auto dump = rule.format == Format::directory ? growing_directory(path) : growing_file(path);
  Taking taking{.rule = rule, .preparation = preparation, .dump = *dump};
  Surroundings surroundings = co_await read_surroundings(context, preparation.pg_dumpall);
  co_await take_moment(context, taking);
  const Time finished = context.ports.clock.now();

  const Manifest manifest{.app = app,
                          .run = context.run.id,
                          .database = server.database,
                          .database_oid = server.database_oid,
                          .system_identifier = server.system_identifier,
                          .timeline = server.timeline,
                          .server_version = server.version,
                          .pg_dump_version = preparation.pg_dump.version,
                          .revisions = server.revisions,
                          .started_at = started,
                          .finished_at = finished,
                          .file = path.filename().string(),
                          .size = dump->size(),
                          .sha256 = taking.sha256,
                          .level = Level::intact,
                          .rows = std::move(taking.holdings.rows),
                          .content = std::move(taking.holdings.content),
                          .surroundings = std::move(surroundings)};
  files::DurableFile beside(manifest_path(path));
  beside.write(manifest_text(manifest));  // before the dump gets its name: a full disk shows here
  context.record("backup.file", path.string());
  dump->commit();
  beside.commit();
  co_return Proof{.path = path,
                  .origin = Origin::take,
                  .format = rule.format,
                  .database = server.database,
                  .size = manifest.size,
                  .sha256 = taking.sha256,
                  .taken_at = started,
                  .verified_at = finished,
                  .file = files::file_facts(path).value()};
}

}  // namespace orchestrate::backup
