#include <fmt/core.h>

#include "backup/decode.hpp"
#include "backup/growing.hpp"
#include "backup/together.hpp"
#include "backup/wording.hpp"
#include "files/durable_directory.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

constexpr std::chrono::milliseconds report_interval{500};

/// Nobody tells how far pg_dump is: what it has written so far does. Until `over`.
Task<> report_size(StageContext& context, const files::DurableDirectory& directory, std::uint64_t expected,
                   std::stop_token over) {
  while (!over.stop_requested()) {
    context.progress(fmt::format("{} of about {}", size_text(directory.size()), size_text(expected)));
    try {
      co_await context.ports.clock.sleep(report_interval, over);
    } catch (const Error&) {  // stopped, as it should be
      co_return;
    }
  }
}

Task<> run_until_end(StageContext& context, Command command, std::stop_source over, Exit& exit) {
  std::exception_ptr problem;
  try {
    exit = co_await context.ports.commands.run(std::move(command), context.stop);
  } catch (...) {
    problem = std::current_exception();
  }
  over.request_stop();
  if (problem) std::rethrow_exception(problem);
}

/// pg_dump names and writes the files itself, so they are hashed and decoded once they are there.
class GrowingDirectory final : public Growing {
 public:
  explicit GrowingDirectory(const std::filesystem::path& path) : directory_(path) {}

  Task<std::string> fill(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                         const std::string& snapshot) override {
    Command dump = pg_dump_command(context, rule, preparation, snapshot);
    dump.argv.push_back(fmt::format("--jobs={}", rule.jobs));
    dump.argv.push_back("--file=" + directory_.partial().string());
    std::stop_source over;
    Exit dumped;
    Task<> dumping = run_until_end(context, std::move(dump), over, dumped);
    Task<> reporting = report_size(context, directory_, preparation.expected, over.get_token());
    co_await together(std::move(dumping), std::move(reporting), over);
    const std::string act = doing(rule, preparation);
    expect_good(act, "pg_dump", dumped);
    DumpFile written{.path = directory_.partial(),
                     .format = rule.format,
                     .least_major = preparation.pg_dump.major,
                     .size = directory_.size(),
                     .sought = {},
                     .pg_restore = preparation.pg_restore,
                     .decode_time = rule.timeout};
    const Reading reading = co_await read_dump(context, std::move(written));
    if (reading.damage) throw Error(ErrorKind::failed, act, reading.damage->why, reading.damage->fix);
    co_return reading.sha256;
  }

  std::uint64_t size() const override { return directory_.size(); }
  void commit() override { directory_.commit(); }

 private:
  files::DurableDirectory directory_;
};

}  // namespace

std::unique_ptr<Growing> growing_directory(const std::filesystem::path& path) {
  return std::make_unique<GrowingDirectory>(path);
}

}  // namespace orchestrate::backup
