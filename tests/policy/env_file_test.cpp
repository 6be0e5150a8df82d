#include "policy/env_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrate/error.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class EnvFiles : public testing::Test {
 protected:
  EnvFile file(const std::string& text, Dialect dialect = Dialect::systemd) const {
    return {directory_.write("bot.env", text), dialect};
  }
  std::string error(const std::string& text, Dialect dialect) const {
    try {
      read_env_file(file(text, dialect));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::policy);
      return error.what();
    }
    return "no error";
  }
  std::vector<std::string> differences(const std::string& text, Dialect dialect = Dialect::systemd) const {
    std::vector<std::string> lines;
    for (const EnvDifference& found : env_differences(file(text, dialect)))
      lines.push_back(std::to_string(found.line) + " " + found.name + ": " + found.difference);
    return lines;
  }

  TemporaryDirectory directory_;
};

TEST_F(EnvFiles, AreReadInTheirDialect) {
  const std::string text = "A=x # y\nB=1\nB=2\n";
  EXPECT_EQ(read_env_file(file(text, Dialect::systemd)), (Environment{{"A", Secret("x # y")}, {"B", Secret("2")}}));
  EXPECT_EQ(read_env_file(file(text, Dialect::dotenv)), (Environment{{"A", Secret("x")}, {"B", Secret("2")}}));
  EXPECT_EQ(read_env_file(file(text, Dialect::app)), (Environment{{"A", Secret("x")}, {"B", Secret("2")}}));
}

TEST_F(EnvFiles, ThatCannotBeReadSaySo) {
  try {
    read_env_file({directory_.path() / "missing.env", Dialect::systemd});
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), EndsWith("missing.env: No such file or directory; check the path"));
  }
  EXPECT_THROW(read_env_file({directory_.path(), Dialect::systemd}), Error);
}

TEST_F(EnvFiles, WithAFaultNameThePlaceAndNeverTheValue) {
  struct Case {
    std::string text;
    Dialect dialect;
    std::string problem;
  };
  const std::vector<Case> cases = {
      {"A=1\nPASS=\"hunter2\nB=2\n", Dialect::systemd, "bot.env:2:6: the quote is never closed"},
      {"# old \\\nPASS=hunter2\n", Dialect::systemd,
       "bot.env:2:1: systemd before 254 takes this line for a part of the"},
      {"A=1\nPASS='hunter2\n", Dialect::dotenv, "bot.env:2:1: python-dotenv cannot read this"},
      {"A=1\nPASS=\"hunter2\" x\n", Dialect::dotenv, "bot.env:2:1: python-dotenv cannot read this"},
      {"A=1\n\xc3\xbc=\"\xff hunter2\"\n", Dialect::systemd, "bot.env:2:4: not UTF-8"},
      {std::string("A=hunter2\0\n", 11), Dialect::dotenv, "bot.env:1:10: a zero byte"},
      {"PASS=hunter2${NOWHERE}\n", Dialect::dotenv, "bot.env:1:1: PASS refers to a ${NAME} that the file does not set"},
  };
  for (const auto& [text, dialect, problem] : cases) {
    EXPECT_THAT(error(text, dialect), HasSubstr(problem)) << text;
    EXPECT_THAT(error(text, dialect), Not(HasSubstr("hunter2"))) << text;
  }
}

TEST_F(EnvFiles, ThatEveryReaderReadsAlikeHaveNoDifferences) {
  EXPECT_THAT(differences("# bot\nDATABASE_URL=postgresql://bot:p%40ss@db/app\n\nB='x y'\nC=\"z\"\nD=\n"), IsEmpty());
}

TEST_F(EnvFiles, SayWhichReaderDiffersAndHow) {
  struct Case {
    std::string text, difference;
  };
  const std::vector<Case> cases = {
      {"A=1\nB=x # why\n", "2 B: systemd keeps an inline comment, unlike python-dotenv and a shell"},
      {"export A=1\n", "1 A: systemd does not set it, unlike python-dotenv and a shell"},
      {"A='1'\nB=x${A}\n", "2 B: systemd does not expand ${NAME}, unlike python-dotenv and a shell"},
      {"A=1\nB=$A\n", "2 B: a shell expands a $, unlike systemd and python-dotenv"},
      {"A=1\r\n", "1 A: a shell keeps a carriage return, unlike systemd and python-dotenv"},
      {"A=x\"y\"\n", "1 A: a shell drops quotes, unlike systemd and python-dotenv"},
      {"A=a\\b\n", "1 A: python-dotenv keeps backslashes, unlike systemd and a shell"},
      {"URL=postgresql://h/db?a=1&b=2\n", "1 URL: a shell would run a command, unlike systemd and python-dotenv"},
      {"A=$(date)\n", "1 A: a shell would run a command, unlike systemd and python-dotenv"},
      {"A=~/x\n", "1 A: a shell puts a home directory in the place of ~, unlike systemd and python-dotenv"},
      {"# one \\\nA=1\n", "2 A: systemd does not set it before version 254, unlike python-dotenv and a shell"},
      {"A=x y\n", "1 A: a shell would run a command, unlike systemd and python-dotenv"},
  };
  for (const auto& [text, difference] : cases) EXPECT_THAT(differences(text), testing::Contains(difference)) << text;
}

TEST_F(EnvFiles, NeverTellAValueInADifference) {
  for (const std::string& line : differences("A=hunter2 # hunter2\nB=$hunter2\nC=hunter2 hunter2\n"))
    EXPECT_THAT(line, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace orchestrate
