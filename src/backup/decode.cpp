#include "backup/decode.hpp"

#include <fmt/core.h>

#include <vector>

#include "backup/archive_shape.hpp"
#include "backup/sql_scan.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "files/listing.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t list_limit = std::size_t{64} << 20;       // a line per object: far beyond 100 000 tables
constexpr std::uint64_t report_step = std::uint64_t{16} << 20;  // also how often the event loop gets its turn

/// Hashes and counts what was read, and tells how far it is.
class Gauge {
 public:
  Gauge(StageContext& context, const DumpFile& dump) : context_(context), total_(dump.size) {}

  /// Lets other work run now and then. Throws Error (`stopped`).
  Task<> add(Bytes block) {
    hash_.update(block);
    const bool report = size_ == 0 || size_ / report_step != (size_ + block.size()) / report_step;
    size_ += block.size();
    if (!report) co_return;
    context_.progress(fmt::format("read {} of {}", size_text(size_), size_text(total_)));
    co_await context_.ports.clock.sleep(std::chrono::milliseconds(0), context_.stop);
  }
  std::uint64_t size() const { return size_; }
  std::string sha256() { return hash_.finish(); }

 private:
  StageContext& context_;
  Sha256 hash_;
  std::uint64_t size_ = 0, total_;
};

/// As sha256sum writes it.
std::string sum_line(const std::string& sha256, const fs::path& file) {
  return sha256 + "  " + file.filename().string() + "\n";
}

Refusal damaged(const std::string& tool, const Exit& exit) {
  const std::string said = complaint(exit.err);
  return {fmt::format("it is damaged: {}", said.empty() ? tool + ": " + exit.text() : said),
          "take a new dump: this file cannot be restored"};
}

/// Why a decoder's end speaks against the file. A decoder that we had to stop says nothing about the file.
std::optional<Refusal> judge(const std::string& tool, const Exit& exit) {
  if (exit.ok()) return std::nullopt;
  if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, "decode the dump with " + tool, exit.text());
  return damaged(tool, exit);
}

Command child(StageContext& context, Argv argv, std::chrono::milliseconds timeout) {
  Command command;
  command.argv = std::move(argv);
  command.environment = tool_environment();
  command.timeout = timeout;
  command.log = context.output;
  return command;
}

/// Since PostgreSQL 16, pg_dump appends to a redirected standard output, so the table of contents that it writes anew
/// when all is done comes after the rows. Nobody reads that one; pg_restore is content with the first.
bool may_have_contents_at_end(const DumpFile& dump) {
  return dump.format == Format::custom && dump.least_major >= 16;
}

/// Size and hash; the rest is left as it was.
Task<> hash_file(StageContext& context, const DumpFile& dump, Reading& reading) {
  Gauge gauge(context, dump);
  files::BlockReader blocks(dump.path);
  for (Bytes block = blocks.next(); !block.empty(); block = blocks.next()) co_await gauge.add(block);
  reading.size = gauge.size();
  reading.sha256 = gauge.sha256();
}

Task<> decode_through(StageContext& context, const DumpFile& dump, Reading& reading) {
  Command command = decoder(dump.pg_restore);
  command.timeout = dump.decode_time;
  command.log = context.output;
  const auto process = context.ports.commands.start(std::move(command), context.stop);
  Gauge gauge(context, dump);
  files::BlockReader blocks(dump.path);
  bool listening = true;
  for (Bytes block = blocks.next(); !block.empty(); block = blocks.next()) {
    co_await gauge.add(block);
    if (listening) listening = co_await process->write(block);
  }
  process->close_input();
  const Exit exit = co_await process->wait();
  reading.size = gauge.size();
  reading.sha256 = gauge.sha256();
  reading.damage = judge("pg_restore", exit);
  if (!reading.damage && !listening && !may_have_contents_at_end(dump))
    reading.damage =
        Refusal{"bytes follow after the end of its archive", "take a new dump: something wrote into this one"};
}

Task<> decode_directory(StageContext& context, const DumpFile& dump, Reading& reading) {
  std::string lines;
  for (const fs::path& path : files::listing(dump.path)) {
    Reading one;
    DumpFile file = dump;
    file.path = path;
    co_await hash_file(context, file, one);
    lines += sum_line(one.sha256, path);
    reading.size += one.size;
  }
  reading.sha256 = sha256(lines);
  Argv argv = decoder(dump.pg_restore).argv;
  argv.push_back(dump.path.string());
  const Exit exit =
      co_await context.ports.commands.run(child(context, std::move(argv), dump.decode_time), context.stop);
  reading.damage = judge("pg_restore", exit);
}

Task<Reading> read_archive(StageContext& context, DumpFile dump) {
  Reading reading;
  if (dump.format == Format::tar) reading.damage = cut_in_tar(dump.path);
  if (dump.format == Format::directory) reading.damage = cut_in_directory(dump.path);
  if (reading.damage) co_return reading;
  Command list = child(context, {dump.pg_restore.path.string(), "--list", dump.path.string()}, dump.decode_time);
  list.capture = list_limit;
  list.log.clear();
  const Exit exit = co_await context.ports.commands.run(std::move(list), context.stop);
  reading.damage = judge("pg_restore --list", exit);
  if (reading.damage) co_return reading;
  reading.contents = contents_of_list(exit.out, dump.sought);
  if (dump.format == Format::directory)
    co_await decode_directory(context, dump, reading);
  else
    co_await decode_through(context, dump, reading);
  co_return reading;
}

void judge_sql(const SqlScan& scan, Reading& reading) {
  reading.contents = scan.contents();
  if (!scan.is_sql_dump())
    reading.damage =
        Refusal{"what it holds compressed is not plain SQL of pg_dump", "write it with pg_dump --format=custom"};
  else if (!scan.complete())
    reading.damage = Refusal{"it is cut off: 'PostgreSQL database dump complete' is not at its end",
                             "take a new dump: this file cannot be restored"};
}

Task<Reading> read_sql(StageContext& context, DumpFile dump) {
  Reading reading;
  SqlScan scan(dump.sought);
  Gauge gauge(context, dump);
  files::BlockReader blocks(dump.path);
  for (Bytes block = blocks.next(); !block.empty(); block = blocks.next()) {
    co_await gauge.add(block);
    scan.read(block);
  }
  reading.size = gauge.size();
  reading.sha256 = gauge.sha256();
  judge_sql(scan, reading);
  co_return reading;
}

/// The program reads the file itself: fed by us, both could wait for the other with full pipes.
Task<Reading> read_compressed_sql(StageContext& context, DumpFile dump) {
  Reading reading;
  const std::string program = dump.format == Format::gzip ? "gzip" : "zstd";
  co_await hash_file(context, dump, reading);
  Command command = child(context, {find_program(program).string(), "-dc", "--", dump.path.string()}, dump.decode_time);
  command.piped = true;
  const auto process = context.ports.commands.start(std::move(command), context.stop);
  process->close_input();
  SqlScan scan(dump.sought);
  std::vector<std::byte> buffer(files::block_size);
  while (const std::size_t size = co_await process->read(buffer)) scan.read(std::span(buffer).first(size));
  const Exit exit = co_await process->wait();
  reading.damage = judge(program, exit);
  if (!reading.damage) judge_sql(scan, reading);
  co_return reading;
}

}  // namespace

Task<Reading> read_dump(StageContext& context, DumpFile dump) {
  switch (dump.format) {
    case Format::sql:
      return read_sql(context, std::move(dump));
    case Format::gzip:
    case Format::zstd:
      return read_compressed_sql(context, std::move(dump));
    default:
      return read_archive(context, std::move(dump));
  }
}

std::string sha256_of_dump(const fs::path& dump) {
  if (!fs::is_directory(dump)) return sha256_of_file(dump);
  std::string lines;
  for (const fs::path& file : files::listing(dump)) lines += sum_line(sha256_of_file(file), file);
  return sha256(lines);
}

Command decoder(const Tool& pg_restore) {
  Command command;
  command.argv = {pg_restore.path.string(), "--file=/dev/null"};
  command.environment = tool_environment();
  command.piped = true;
  return command;
}

}  // namespace orchestrate::backup
