#include <sys/stat.h>

#include "command_fixture.hpp"
#include "system/output.hpp"

namespace orchestrate {
namespace {

using Output = CommandTest;

long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return -1;
}

#ifdef __SANITIZE_ADDRESS__
constexpr long memory_limit_kib = 400 * 1024;  // freed memory stays in quarantine
#else
constexpr long memory_limit_kib = 8 * 1024;
#endif

TEST_F(Output, Of200MegabytesCostsLittleMemory) {
  Command command = sh("yes 'a line of ordinary output, neither short nor long' | head -c 200000000");
  command.log = dir / "log";
  const long before = peak_memory_kib();
  const Exit exit = run(command);
  EXPECT_LT(peak_memory_kib() - before, memory_limit_kib);
  EXPECT_EQ(exit.out_size, 200'000'000U);
  EXPECT_LE(exit.out.size(), command.capture);
  EXPECT_TRUE(exit.out.starts_with("a line of")) << exit.out.substr(0, 80);
  EXPECT_EQ(std::filesystem::file_size(command.log), 200'000'000U);
}

TEST_F(Output, OfOneEndlessLineCostsLittleMemory) {
  Command command = sh("head -c 200000000 /dev/zero | tr '\\0' x");
  command.log = dir / "log";
  const long before = peak_memory_kib();
  EXPECT_EQ(run(command).out_size, 200'000'000U);
  EXPECT_LT(peak_memory_kib() - before, memory_limit_kib);
  EXPECT_EQ(std::filesystem::file_size(command.log), 200'000'000U + 1);
}

TEST_F(Output, KeepsTheLastBytesFromTheStartOfALine) {
  Command command = sh("seq 1 1000");
  command.capture = 10;
  EXPECT_EQ(run(command).out, "999\n1000\n");
}

TEST_F(Output, PassesInvalidUtf8Unchanged) {
  Command command = sh("printf '\\377\\376 \\000 caf\\351\\n'");
  command.log = dir / "log";
  const std::string bytes("\xff\xfe \0 caf\xe9\n", 10);
  EXPECT_EQ(run(command).out, bytes);
  EXPECT_EQ(content(command.log), bytes);
}

TEST_F(Output, IsLoggedPrivatelyAndAppended) {
  Command command = sh("echo out; echo err >&2");
  command.log = dir / "log";
  run(command);
  run(command);
  EXPECT_EQ(content(command.log).size(), 16U);
  struct stat status{};
  ASSERT_EQ(::stat(command.log.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(Output, RedactsASecretThatComesInTwoReads) {
  Command command = sh("printf 'password is hunter2-'; sleep 0.2; echo hunter2");
  command.log = dir / "log";
  run(command);
  EXPECT_EQ(content(command.log), "password is ***\n");
}

TEST_F(Output, RedactsSecretsAnywhereInALineTooLongToKeep) {
  Command command = python(
      "import sys\n"
      "for i in range(200): sys.stdout.write('x' * 7919 + ' hunter2-hunter2 ')");
  command.log = dir / "log";
  run(command);
  const std::string log = content(command.log);
  EXPECT_THAT(log, Not(HasSubstr("hunter2")));
  EXPECT_GT(log.size(), 200U * 7919U);
}

std::string digits(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(1'000'003 * i);
  return text;
}

TEST_F(Output, RedactsALongSecretInPiecesOfAnySize) {
  const std::string secret = digits(10'000);
  const Redactor redact({Secret(secret)});
  const std::string line = std::string(60'000, 'x') + secret + std::string(70'000, 'y') + secret;
  for (const std::size_t size : {100UL, 777UL, 4096UL, 65'536UL}) {
    const std::filesystem::path file = dir / std::to_string(size);
    system::OutputLog log(file, redact);
    for (std::size_t at = 0; at < line.size(); at += size) log.add(system::Stream::out, line.substr(at, size));
    log.finish();
    EXPECT_EQ(content(file), std::string(60'000, 'x') + "***" + std::string(70'000, 'y') + "***\n") << size;
  }
}

TEST_F(Output, NeverShowsHalfASecretAtTheCutOfTheCapture) {
  Command command = python("import sys\nsys.stdout.write('x' * 5000 + 'hunter2-hunter2' + 'y' * 95)");
  command.capture = 100;
  EXPECT_THAT(run(command).out, Not(HasSubstr("unter2")));
}

TEST_F(Output, AFullDiskIsToldAndDoesNotEndTheChild) {
  Command command = sh("echo out");
  command.log = "/dev/full";
  const Exit exit = run(command);
  EXPECT_TRUE(exit.ok());
  EXPECT_EQ(exit.trouble, "its log ends early: /dev/full: No space left on device");
}

}  // namespace
}  // namespace orchestrate
