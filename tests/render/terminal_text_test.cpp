#include "render/terminal_text.hpp"

#include <gmock/gmock.h>

namespace orchestrate {
namespace {

using testing::ElementsAre;

TEST(Printable, ShowsWhatWouldCommandATerminal) {
  EXPECT_EQ(printable("\x1b[31m\x07\r\b\x7f"), "\\x1b[31m\\x07\\x0d\\x08\\x7f");
  EXPECT_EQ(printable("\u009b31m"), "\\x9b31m") << "CSI as one C1 character";
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("one\ntwo\tthree"), "one two three");
}

TEST(Printable, ShowsWhatHidesOrTurnsText) {
  EXPECT_EQ(printable("\u202e\u2066\u200f\u200b\ufeff\U000e0041"), "\\u202e\\u2066\\u200f\\u200b\\ufeff\\ue0041");
}

TEST(Printable, KeepsEveryHonestScript) {
  for (const std::string text : {"Grüße", "e\u0301", "日本語", "👩\u200d💻"}) EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("caf\xe9!"), "caf\\xe9!");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82") << "cut off";
}

TEST(Printable, KeepsLinesApart) {
  EXPECT_THAT(printable_lines("a\r\nb\rc\n\nd"), ElementsAre("a", "b\\x0dc", "", "d"));
  EXPECT_THAT(printable_lines("a\n"), ElementsAre("a"));
  EXPECT_THAT(printable_lines(""), ElementsAre());
}

TEST(Columns, AreCountedAsATerminalDoes) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("Grüße"), 5U);
  EXPECT_EQ(columns_of("e\u0301"), 1U);
  EXPECT_EQ(columns_of("日本"), 4U);
  EXPECT_EQ(padded("日", 4), "日  ");
  EXPECT_EQ(padded("long", 2), "long");
}

TEST(Truncated, NeverTakesMoreColumnsThanThereAre) {
  EXPECT_EQ(truncated("abcdef", 6), "abcdef");
  EXPECT_EQ(truncated("abcdef", 4), "abc…");
  EXPECT_EQ(truncated("日本語", 4), "日…");
  EXPECT_EQ(truncated("ae\u0301bc", 3), "ae\u0301…") << "a mark stays with its letter";
  EXPECT_EQ(truncated("abc", 1), "…");
  EXPECT_EQ(truncated("abc", 0), "");
}

TEST(ShellWord, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_word("004:drop-column:panels.title"), "004:drop-column:panels.title");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's $(reboot)"), "'it'\\''s $(reboot)'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace orchestrate
