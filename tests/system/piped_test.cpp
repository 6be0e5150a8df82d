#include <array>

#include "command_fixture.hpp"

namespace orchestrate {
namespace {

using Piped = CommandTest;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Task<std::string> read_all(Process& process) {
  std::array<std::byte, 4096> buffer;
  std::string text;
  for (std::size_t size = co_await process.read(buffer); size > 0; size = co_await process.read(buffer))
    text.append(reinterpret_cast<const char*>(buffer.data()), size);
  co_return text;
}

TEST_F(Piped, PassesInputAndOutput) {
  const auto process = [&] {
    Command command = sh("tr a-z A-Z; echo done >&2");
    command.piped = true;
    return commands->start(command, {});
  }();
  EXPECT_TRUE(on_loop(io, process->write(bytes_of("dump"))));
  process->close_input();
  EXPECT_EQ(on_loop(io, read_all(*process)), "DUMP");
  const Exit exit = on_loop(io, process->wait());
  EXPECT_TRUE(exit.ok());
  EXPECT_EQ(exit.err, "done\n");
}

Task<std::size_t> pump(Process& from, Process& to) {
  std::vector<std::byte> buffer(64 * 1024);
  std::size_t total = 0;
  for (std::size_t size = co_await from.read(buffer); size > 0; size = co_await from.read(buffer)) {
    if (!co_await to.write(Bytes(buffer).first(size))) break;
    total += size;
  }
  to.close_input();
  co_return total;
}

TEST_F(Piped, StreamsFromOneChildToAnother) {
  Command dump = sh("head -c 50000000 /dev/zero");
  Command restore = sh("wc -c");
  dump.piped = restore.piped = true;
  const auto from = commands->start(dump, {}), to = commands->start(restore, {});
  EXPECT_EQ(on_loop(io, pump(*from, *to)), 50'000'000U);
  EXPECT_TRUE(on_loop(io, from->wait()).ok());
  EXPECT_EQ(on_loop(io, read_all(*to)), "50000000\n");
}

TEST_F(Piped, TellsWhenTheChildReadsNoMore) {
  Command command = sh("exec <&-; exec sleep 0.2");
  command.piped = true;
  const auto process = commands->start(command, {});
  const std::string much(4'000'000, 'x');
  EXPECT_FALSE(on_loop(io, process->write(bytes_of(much))));
  EXPECT_TRUE(on_loop(io, process->wait()).ok());
}

TEST_F(Piped, ReturnsPromptlyAtTheDeadline) {
  Command command = sh("exec sleep 1000");
  command.piped = true;
  command.timeout = 100ms;
  const auto process = commands->start(command, {});
  EXPECT_EQ(on_loop(io, read_all(*process)), "");
  EXPECT_FALSE(on_loop(io, process->write(bytes_of("x"))));
  EXPECT_EQ(on_loop(io, process->wait()).cause, Exit::Cause::deadline);
}

TEST_F(Piped, ReadsAllThatAnEndedChildLeft) {
  Command command = sh("head -c 60000 /dev/zero");
  command.piped = true;
  const auto process = commands->start(command, {});
  EXPECT_TRUE(on_loop(io, process->wait()).ok());
  io.run_for(300ms);
  EXPECT_EQ(on_loop(io, read_all(*process)).size(), 60'000U);
}

TEST_F(Piped, DoesNotWaitForAGrandchildThatHoldsThePipe) {
  Command command = sh("sleep 1000 & echo begun");
  command.piped = true;
  const auto process = commands->start(command, {});
  EXPECT_EQ(on_loop(io, read_all(*process)), "begun\n");
  EXPECT_EQ(on_loop(io, commands->end_strays()), 1U);
}

}  // namespace
}  // namespace orchestrate
