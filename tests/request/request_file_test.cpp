#include "request/request_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "../system/temporary_directory.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RequestFileTest : public testing::Test {
 protected:
  const Request request{.app = "magikal-bot",
                        .verb = "apply",
                        .run = "20261120-091403-7f3a",
                        .uid = 1000,
                        .id = "deploy-42",
                        .options = Json::object({{"target", "004"}, {"override-window", true}})};
  TemporaryDirectory directory;
  fs::path file = request_file(directory.path(), "magikal-bot", RequestFile::to_act);

  std::string refusal() const {
    try {
      read_request(file, ::getuid());
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::denied);
      return error.what();
    }
    return "it was read";
  }
};

TEST_F(RequestFileTest, IsReadAsItWasWritten) {
  write_request(file, request);
  EXPECT_EQ(read_request(file, ::getuid()), request);
}

TEST_F(RequestFileTest, IsForAllToReadWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  write_request(file, request);
  ::umask(before);
  struct stat entry{};
  ASSERT_EQ(::stat(file.c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 07777U, 0644U);
}

TEST_F(RequestFileTest, OfAnotherOwnerIsRefused) {
  write_request(file, request);
  EXPECT_THROW(read_request(file, ::getuid() + 1), Error);
}

TEST_F(RequestFileTest, ThatOthersMayWriteIsRefused) {
  write_request(file, request);
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THAT(refusal(), HasSubstr("not a file that only orchestrated may write"));
}

TEST_F(RequestFileTest, BehindALinkIsRefused) {
  const fs::path elsewhere = directory.path() / "elsewhere";
  write_request(elsewhere, request);
  fs::create_symlink(elsewhere, file);
  EXPECT_THAT(refusal(), HasSubstr("symbolic links"));
}

TEST_F(RequestFileTest, WithASecondNameIsRefused) {
  write_request(file, request);
  fs::create_hard_link(file, directory.path() / "again");
  EXPECT_THAT(refusal(), HasSubstr("not a file that only orchestrated may write"));
}

TEST_F(RequestFileTest, ThatIsAFifoIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0644), 0);
  EXPECT_THAT(refusal(), HasSubstr("not a file that only orchestrated may write"));
}

TEST_F(RequestFileTest, ThatIsNotThereSaysWhoWritesIt) {
  EXPECT_THAT(refusal(), HasSubstr("a worker is started by orchestrated"));
}

TEST_F(RequestFileTest, OfOtherContentIsAnError) {
  for (const std::string text : {"", "{}", "[1]", R"({"app": 7})", "{\"app\": \"x\""}) {
    std::ofstream(file) << text;
    EXPECT_THROW(read_request(file, ::getuid()), Error) << text;
  }
}

}  // namespace
}  // namespace orchestrate
