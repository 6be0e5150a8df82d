#include "backup/dump.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "backup/manifest.hpp"
#include "backup/snapshot.hpp"
#include "backup/stream.hpp"
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

/// The moment that is dumped, and its rows.
struct Moment {
  std::unique_ptr<Snapshot> snapshot;
  RowCounts rows;
};

Task<Moment> take_moment(StageContext& context, const TakeRule& rule, const std::string& database) {
  try {
    Moment moment;
    moment.snapshot = co_await Snapshot::take(context.ports.databases, context.application.for_sessions(),
                                              rule.lock_wait, context.stop);
    moment.rows = co_await count_rows(moment.snapshot->session(), context.stop);
    co_return moment;
  } catch (const Error& error) {
    if (!error.hint().empty() || error.kind() != ErrorKind::failed) throw;
    throw Error(error.kind(), fmt::format("dump {} to {}", database, rule.directory.string()), error.why(),
                dump_hint(error.why()));
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
  preparation.pg_restore = co_await find_pg_restore(context.ports.commands, search, major, context.stop);

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
  files::DurableFile dump(path);
  Moment moment = co_await take_moment(context, rule, server.database);
  const std::string sha256 = co_await stream_dump(context, rule, preparation, moment.snapshot->id(), dump);
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
                          .size = dump.size(),
                          .sha256 = sha256,
                          .level = Level::intact,
                          .rows = std::move(moment.rows)};
  files::DurableFile beside(manifest_path(path));
  beside.write(manifest_text(manifest));  // before the dump gets its name: a full disk shows here
  context.record("backup.file", path.string());
  dump.commit();
  beside.commit();
  co_return Proof{.path = path,
                  .origin = Origin::take,
                  .format = Format::custom,
                  .database = server.database,
                  .size = dump.size(),
                  .sha256 = sha256,
                  .taken_at = started,
                  .verified_at = finished,
                  .file = files::file_facts(path).value()};
}

}  // namespace orchestrate::backup
