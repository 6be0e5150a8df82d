#include "backup/dump.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include "backup/connection.hpp"
#include "backup/decode.hpp"
#include "backup/manifest.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "files/durable_file.hpp"
#include "files/file_error.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds report_interval{500};

struct Hint {
  std::string_view said;  ///< in pg_dump's stderr
  std::string_view fix;
};
constexpr std::array<Hint, 5> hints = {{
    {"row-level security", "dump as a role with BYPASSRLS"},
    {"permission denied", "grant pg_read_all_data to the role, or dump as the owner"},
    {"statement timeout", "see who holds the lock (pg_stat_activity), or raise lock_wait"},
    {"server version mismatch", "install the client of the server's version, or set postgres: { bin: ... }"},
    {"authentication failed", "correct the database URL"},
}};

std::string hint_for(std::string_view said) {
  for (const Hint& hint : hints)
    if (said.find(hint.said) != std::string_view::npos) return std::string(hint.fix);
  return "see the stage's output for all of it";
}

/// `20261120T091403Z`: sorts by time, and no shell or file system minds it.
std::string stamp(Time time) {
  std::string text;
  for (const char c : utc_text(time))
    if (c != '-' && c != ':') text += c;
  return text;
}

void expect_good(const std::string& doing, const std::string& tool, const Exit& exit) {
  if (exit.ok()) return;
  const bool stopped = exit.cause == Exit::Cause::stopped || exit.cause == Exit::Cause::deadline;
  const std::string said = complaint(exit.err);
  throw Error(stopped ? ErrorKind::stopped : ErrorKind::failed, doing,
              said.empty() || stopped ? tool + ": " + exit.text() : said, stopped ? "" : hint_for(said));
}

Command pg_dump_command(StageContext& context, const TakeRule& rule, const Preparation& preparation) {
  Command command = libpq_command(preparation.pg_dump.path, context.application.for_sessions());
  command.argv.push_back("--format=custom");
  command.argv.push_back(fmt::format("--compress={}", rule.compression));
  command.argv.push_back(fmt::format("--lock-wait-timeout={}", rule.lock_wait.count()));
  command.timeout = rule.timeout;
  command.log = context.output;
  command.piped = true;
  return command;
}

/// As much as fits into `buffer`; less only at the end.
Task<std::size_t> fill(Process& source, std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t size = co_await source.read(buffer.subspan(filled));
    if (size == 0) break;
    filled += size;
  }
  co_return filled;
}

/// From the source into the file, the hash and the decoder, to the source's end: the sha256. nullopt when the decoder
/// gave up before.
Task<std::optional<std::string>> pump(StageContext& context, std::uint64_t expected, Process& source,
                                      files::DurableFile& file, Process& decoder) {
  std::vector<std::byte> buffer(files::block_size);
  Sha256 hash;
  auto reported = context.ports.clock.boot();
  while (const std::size_t size = co_await fill(source, buffer)) {
    const Bytes block = std::span(buffer).first(size);
    file.write(block);
    hash.update(block);
    if (!co_await decoder.write(block)) co_return std::nullopt;
    if (const auto now = context.ports.clock.boot(); now - reported >= report_interval) {
      context.progress(fmt::format("{} of about {}", size_text(file.size()), size_text(expected)));
      reported = now;
    }
  }
  decoder.close_input();
  co_return hash.finish();
}

/// Returns the sha256 of what was written. Throws Error when anything of it went wrong; what still runs is ended then.
Task<std::string> stream(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                         files::DurableFile& file) {
  const std::string doing = fmt::format("dump {} to {}", preparation.server.database, rule.directory.string());
  Command decode = decoder(preparation.pg_restore);
  decode.timeout = rule.timeout;
  decode.log = context.output;
  const auto decoding = context.ports.commands.start(std::move(decode), context.stop);
  const auto dumping = context.ports.commands.start(pg_dump_command(context, rule, preparation), context.stop);
  dumping->close_input();
  const auto sha256 = co_await pump(context, preparation.expected, *dumping, file, *decoding);
  const Exit decoded = co_await decoding->wait();
  if (!sha256) {
    expect_good(doing, "pg_restore", decoded);
    throw Error(ErrorKind::failed, doing, "pg_restore stopped reading before the end");
  }
  // Of a dump that broke off, the decoder complains too: the cause comes first.
  const Exit dumped = co_await dumping->wait();
  expect_good(doing, "pg_dump", dumped);
  expect_good(doing, "pg_restore", decoded);
  co_return *sha256;
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
  const std::string sha256 = co_await stream(context, rule, preparation, dump);
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
                          .level = Level::intact};
  files::DurableFile beside(manifest_path(path));
  beside.write(manifest_text(manifest));  // before the dump gets its name: a full disk shows here
  context.record("backup.file", path.string());
  dump.commit();
  beside.commit();
  co_return Proof{.path = path,
                  .origin = Origin::take,
                  .format = "custom",
                  .database = server.database,
                  .size = dump.size(),
                  .sha256 = sha256,
                  .taken_at = started,
                  .verified_at = finished,
                  .file = files::file_facts(path).value()};
}

}  // namespace orchestrate::backup
