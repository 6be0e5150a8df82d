#include "init/draft.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "files/text.hpp"
#include "host.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::init {
namespace {

std::string read(const Draft& draft) {
  return files::read_text(draft.path, 65536);
}

TEST(Draft, IsWrittenWholeAndReadableByAllWhateverTheUmaskIs) {
  const Host host;
  const Draft made = draft(host.path("new/deep/x.conf"), "#", "[Service]\n");
  const mode_t mask = ::umask(0077);
  write(made, standing_of(made, std::nullopt));
  ::umask(mask);
  EXPECT_EQ(read(made), made.text);
  EXPECT_TRUE(made.text.starts_with("# orchestrate init "));
  struct stat facts{};
  ASSERT_EQ(::stat(made.path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0644U);
  ASSERT_EQ(::stat(host.path("new").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0755U);
}

TEST(Draft, TellsWhatIsInItsPlace) {
  const Draft one = draft("x", "//", "one\n"), other = draft("x", "//", "two\n");
  EXPECT_EQ(standing_of(one, std::nullopt), Standing::absent);
  EXPECT_EQ(standing_of(one, one.text), Standing::same);
  EXPECT_EQ(standing_of(one, other.text), Standing::outdated);
  EXPECT_EQ(standing_of(one, other.text + "and a line of mine\n"), Standing::edited);
  EXPECT_EQ(standing_of(one, "# my own orchestrate init file\n"), Standing::foreign);
  EXPECT_EQ(standing_of(one, ""), Standing::foreign);
}

TEST(Draft, ReplacesItsOwnAndNothingElse) {
  const Host host;
  const Draft old = draft(host.path("x"), "#", "old\n"), made = draft(host.path("x"), "#", "new\n");
  write(old, Standing::absent);
  EXPECT_THROW(write(made, Standing::absent), Error);  // it came in between
  EXPECT_EQ(read(made), old.text);
  write(made, standing_of(made, read(made)));
  EXPECT_EQ(read(made), made.text);
}

TEST(Draft, IsWrittenAfterAnEarlierOneWasCutShort) {
  const Host host;
  host.write("x.partial", "half");
  const Draft made = draft(host.path("x"), "#", "whole\n");
  write(made, Standing::absent);
  EXPECT_EQ(read(made), made.text);
}

}  // namespace
}  // namespace orchestrate::init
