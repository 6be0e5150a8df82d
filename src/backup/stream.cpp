#include "backup/stream.hpp"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "backup/connection.hpp"
#include "backup/decode.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

constexpr std::chrono::milliseconds report_interval{500};

void expect_good(const std::string& doing, const std::string& tool, const Exit& exit) {
  if (exit.ok()) return;
  const bool stopped = exit.cause == Exit::Cause::stopped || exit.cause == Exit::Cause::deadline;
  const std::string said = complaint(exit.err);
  throw Error(stopped ? ErrorKind::stopped : ErrorKind::failed, doing,
              said.empty() || stopped ? tool + ": " + exit.text() : said, stopped ? "" : dump_hint(said));
}

Command pg_dump_command(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                        const std::string& snapshot) {
  Command command = libpq_command(preparation.pg_dump.path, context.application.for_sessions());
  command.argv.push_back("--format=custom");
  command.argv.push_back("--snapshot=" + snapshot);
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
  std::chrono::milliseconds report_at{0};
  while (const std::size_t size = co_await fill(source, buffer)) {
    const Bytes block = std::span(buffer).first(size);
    file.write(block);
    hash.update(block);
    if (!co_await decoder.write(block)) co_return std::nullopt;
    if (const auto now = context.ports.clock.boot(); now >= report_at) {
      context.progress(fmt::format("{} of about {}", size_text(file.size()), size_text(expected)));
      report_at = now + report_interval;
    }
  }
  decoder.close_input();
  co_return hash.finish();
}

}  // namespace

Task<std::string> stream_dump(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                              const std::string& snapshot, files::DurableFile& file) {
  const std::string doing = fmt::format("dump {} to {}", preparation.server.database, rule.directory.string());
  Command decode = decoder(preparation.pg_restore);
  decode.timeout = rule.timeout;
  decode.log = context.output;
  const auto decoding = context.ports.commands.start(std::move(decode), context.stop);
  const auto dumping =
      context.ports.commands.start(pg_dump_command(context, rule, preparation, snapshot), context.stop);
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

}  // namespace orchestrate::backup
