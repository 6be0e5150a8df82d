#include "git/unwanted.hpp"

#include <gmock/gmock.h>

#include "git/checkout.hpp"

namespace orchestrate {
namespace {

constexpr std::uint64_t limit = 10U << 20;

struct NewFile {
  const char* name;
  std::string content;
  const char* expected;  // nullptr: may enter
};

std::string repeated(std::size_t size) {
  return std::string(size, 'x');
}

class Unwanted : public testing::TestWithParam<NewFile> {};

TEST_P(Unwanted, IsToldByNameContentOrSize) {
  const Checkout checkout;
  checkout.write(GetParam().name, GetParam().content);
  const auto why = unwanted(checkout.path() / GetParam().name, limit);
  if (!GetParam().expected) {
    EXPECT_EQ(why, std::nullopt);
    return;
  }
  ASSERT_TRUE(why);
  EXPECT_THAT(*why, testing::HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Files, Unwanted,
    testing::Values(NewFile{"id_rsa", "x", "private key"}, NewFile{"certificates/site.pem", "x", "private key"},
                    NewFile{"server.key", "x", "private key"},
                    NewFile{"deploy.txt", "# mine\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "private key"},
                    NewFile{"public.txt", "-----BEGIN PUBLIC KEY-----\nMIIB\nnot a PRIVATE KEY\n", nullptr},
                    NewFile{".env", "A=1\n", "env file"}, NewFile{".env.production", "A=1\n", "env file"},
                    NewFile{"bot.env", "A=1\n", "env file"}, NewFile{"environment.py", "A=1\n", nullptr},
                    NewFile{"nightly", "PGDMP\1\16", "database dump"}, NewFile{"a.dump", "", "database dump"},
                    NewFile{"seed.sql", "SELECT 1;", nullptr}, NewFile{"all.sql", repeated(2U << 20), "database dump"},
                    NewFile{"model.bin", repeated(limit), nullptr},
                    NewFile{"model.bin", repeated(limit + 1), "very large: 10.0 MiB"},
                    NewFile{"empty.py", "", nullptr}));

TEST(UnwantedFile, ThatIsASymlinkMayEnterSinceGitKeepsItsTargetsNameOnly) {
  const Checkout checkout;
  checkout.sh("ln -s /etc/ssl/private/site.key settings.key");
  EXPECT_EQ(unwanted(checkout.path() / "settings.key", limit), std::nullopt);
}

TEST(UnwantedFiles, AreNamedOnOneLineEachWithTheFix) {
  const Checkout checkout;
  checkout.write("a\nb.key", "x");
  const auto found = unwanted_files(checkout.path(), {"a\nb.key", "bot.py"}, limit);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      found[0].text(),
      "untracked a\\012b.key looks like a private key; fix: add a\\012b.key to .gitignore, or git add it on purpose");
}

TEST(UnwantedFiles, NameAFileThatCannotBeRead) {
  const Checkout checkout;
  const auto found = unwanted_files(checkout.path(), {"gone.py"}, limit);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].what, testing::HasSubstr("cannot be read: No such file or directory"));
}

}  // namespace
}  // namespace orchestrate
