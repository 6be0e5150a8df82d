#include "backup/format.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace orchestrate::backup {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

Recognised recognised(const std::string& head) {
  const auto answer = recognise(head);
  const auto* found = std::get_if<Recognised>(&answer);
  return found ? *found : Recognised{Format::directory, -1};
}

std::string refused(const std::string& head) {
  const auto answer = recognise(head);
  const auto* refusal = std::get_if<Refusal>(&answer);
  return refusal ? refusal->why : "not refused";
}

std::string tar(const std::string& first_member, const std::string& content) {
  std::string head = first_member;
  head.resize(257, '\0');
  head += "ustar";
  head.resize(512, '\0');
  return head + content;
}

TEST(Format, OfAnArchiveTellsWhichPgRestoreReadsIt) {
  EXPECT_EQ(recognised("PGDMP\x01\x0e\x00"s), (Recognised{Format::custom, 12}));
  EXPECT_EQ(recognised("PGDMP\x01\x10\x00"s), (Recognised{Format::custom, 17}));
  EXPECT_EQ(recognised(tar("toc.dat", "PGDMP\x01\x0f\x00"s)), (Recognised{Format::tar, 16}));
}

TEST(Format, OfSqlIsSeenPlainAndCompressed) {
  EXPECT_EQ(recognised("--\n-- PostgreSQL database dump\n--\n").format, Format::sql);
  EXPECT_EQ(recognised("\x1f\x8b\x08").format, Format::gzip);
  EXPECT_EQ(recognised("\x28\xb5\x2f\xfd").format, Format::zstd);
}

TEST(Format, ThatCannotBeCheckedIsRefusedByName) {
  EXPECT_THAT(refused("--\n-- PostgreSQL database cluster dump\n--\n"), HasSubstr("pg_dumpall"));
  EXPECT_THAT(refused(tar("etc/passwd", "root")), HasSubstr("not one of pg_dump's"));
  EXPECT_THAT(refused("\xfd"
                      "7zXZ"),
              HasSubstr("xz"));
  EXPECT_THAT(refused("<html>404 Not Found"), HasSubstr("no format that pg_dump writes"));
  EXPECT_THAT(refused(std::string(600, '\0')), HasSubstr("no format that pg_dump writes"));
}

}  // namespace
}  // namespace orchestrate::backup
