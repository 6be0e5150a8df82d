#include <fmt/core.h>

#include <optional>
#include <vector>

#include "backup/decode.hpp"
#include "backup/growing.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "files/durable_file.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

constexpr std::chrono::milliseconds report_interval{500};

/// As much as fits into `buffer`; less only at the end.
Task<std::size_t> fill_buffer(Process& source, std::span<std::byte> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t size = co_await source.read(buffer.subspan(filled));
    if (size == 0) break;
    filled += size;
  }
  co_return filled;
}

/// pg_dump's output is read once, into the file, the hash and a decoder.
class GrowingFile final : public Growing {
 public:
  explicit GrowingFile(const std::filesystem::path& path) : file_(path) {}

  Task<std::string> fill(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                         const std::string& snapshot) override {
    Command decode = decoder(preparation.pg_restore);
    decode.timeout = rule.timeout;
    decode.log = context.output;
    Command dump = pg_dump_command(context, rule, preparation, snapshot);
    dump.piped = true;
    const auto decoding = context.ports.commands.start(std::move(decode), context.stop);
    const auto dumping = context.ports.commands.start(std::move(dump), context.stop);
    dumping->close_input();
    const auto sha256 = co_await pump(context, preparation.expected, *dumping, *decoding);
    const Exit decoded = co_await decoding->wait();
    const std::string act = doing(rule, preparation);
    if (!sha256) {
      expect_good(act, "pg_restore", decoded);
      throw Error(ErrorKind::failed, act, "pg_restore stopped reading before the end");
    }
    // Of a dump that broke off, the decoder complains too: the cause comes first.
    const Exit dumped = co_await dumping->wait();
    expect_good(act, "pg_dump", dumped);
    expect_good(act, "pg_restore", decoded);
    co_return *sha256;
  }

  std::uint64_t size() const override { return file_.size(); }
  void commit() override { file_.commit(); }

 private:
  /// From the source into the file, the hash and the decoder, to the source's end: the sha256. nullopt when the decoder
  /// gave up before.
  Task<std::optional<std::string>> pump(StageContext& context, std::uint64_t expected, Process& source,
                                        Process& decoder) {
    std::vector<std::byte> buffer(files::block_size);
    Sha256 hash;
    std::chrono::milliseconds report_at{0};
    while (const std::size_t size = co_await fill_buffer(source, buffer)) {
      const Bytes block = std::span(buffer).first(size);
      file_.write(block);
      hash.update(block);
      if (!co_await decoder.write(block)) co_return std::nullopt;
      if (const auto now = context.ports.clock.boot(); now >= report_at) {
        context.progress(fmt::format("{} of about {}", size_text(file_.size()), size_text(expected)));
        report_at = now + report_interval;
      }
    }
    decoder.close_input();
    co_return hash.finish();
  }

  files::DurableFile file_;
};

}  // namespace

std::unique_ptr<Growing> growing_file(const std::filesystem::path& path) {
  return std::make_unique<GrowingFile>(path);
}

}  // namespace orchestrate::backup
