#include "backup/contents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backup/sql_scan.hpp"

namespace orchestrate::backup {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Sought cfg{TableName{"cfg", "alembic_version"}, {"cfg"}};

constexpr const char* list = R"(;
; Archive created at 2026-11-20 03:17:02 UTC
;     dbname: appdb
;     Format: CUSTOM
;     Dumped from database version: 15.18 (Debian 15.18-0+deb12u1)
;
6; 2615 16386 SCHEMA - cfg bot
215; 1259 16387 TABLE cfg alembic_version bot
216; 1259 16392 TABLE cfg panels bot
3345; 0 16387 TABLE DATA cfg alembic_version bot
3346; 0 16392 TABLE DATA cfg panels bot
)";

std::string without(std::string text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part))
    text.erase(text.rfind('\n', at), text.find('\n', at) - text.rfind('\n', at));
  return text;
}

SqlScan scanned(const std::string& sql, std::size_t block) {
  SqlScan scan(cfg);
  for (std::size_t at = 0; at < sql.size(); at += block)
    scan.read(std::as_bytes(std::span(sql).subspan(at, std::min(block, sql.size() - at))));
  return scan;
}

constexpr const char* sql = R"(--
-- PostgreSQL database dump
--

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
CREATE SCHEMA cfg;
CREATE TABLE cfg.alembic_version (
    version_num character varying(32) NOT NULL
);
COPY cfg.alembic_version (version_num) FROM stdin;
002
\.
--
-- PostgreSQL database dump complete
--
)";

TEST(Contents, OfAnArchiveNameItsDatabaseAndServer) {
  const Contents contents = contents_of_list(list, cfg);
  EXPECT_EQ(contents.database, "appdb");
  EXPECT_EQ(contents.server_version, "15.18 (Debian 15.18-0+deb12u1)");
  EXPECT_TRUE(contents.created_at);
  EXPECT_THAT(contents.lacks, IsEmpty());
}

TEST(Contents, OfAnArchiveLackWhatItDoesNotList) {
  EXPECT_THAT(contents_of_list(without(list, " cfg "), cfg).lacks,
              ElementsAre("schema cfg", "table cfg.alembic_version"));
  EXPECT_THAT(contents_of_list(without(list, "TABLE DATA cfg alembic"), cfg).lacks,
              ElementsAre("the rows of cfg.alembic_version"));
  EXPECT_THAT(contents_of_list(without(list, "TABLE DATA"), cfg).lacks,
              ElementsAre("all rows (schema only)", "the rows of cfg.alembic_version"));
}

TEST(Contents, OfAnEmptyDatabaseLackNothing) {
  EXPECT_THAT(contents_of_list(without(list, "TABLE"), Sought{}).lacks, IsEmpty());
}

TEST(SqlDump, IsReadInBlocksOfAnySize) {
  for (const std::size_t block : {1U, 7U, 100U, 4096U}) {
    const SqlScan scan = scanned(sql, block);
    EXPECT_TRUE(scan.is_sql_dump());
    EXPECT_TRUE(scan.complete()) << block;
    EXPECT_THAT(scan.contents().lacks, IsEmpty()) << block;
    EXPECT_EQ(scan.contents().server_version, "15.18 (Debian 15.18-0+deb12u1)");
  }
}

TEST(SqlDump, CutOffAnywhereIsNotComplete) {
  const std::string whole(sql);
  for (std::size_t size = 0; size + 4 < whole.size(); ++size)
    EXPECT_FALSE(scanned(whole.substr(0, size), 64).complete());
}

TEST(SqlDump, WithLastWordsInTheMiddleIsNotComplete) {
  EXPECT_FALSE(scanned(sql + std::string(10'000, 'x'), 4096).complete());
}

TEST(SqlDump, LacksWhatItDoesNotCreate) {
  EXPECT_THAT(scanned("--\n-- PostgreSQL database dump\n--\nCREATE TABLE other.t (\n", 4096).contents().lacks,
              ElementsAre("schema cfg", "all rows (schema only)", "table cfg.alembic_version",
                          "the rows of cfg.alembic_version"));
}

}  // namespace
}  // namespace orchestrate::backup
