#include "backup/manifest.hpp"

#include <gtest/gtest.h>

#include "folder.hpp"

namespace orchestrate::backup {
namespace {

Manifest manifest(const std::string& app, const std::string& finished, std::uint64_t size) {
  return {.app = app,
          .run = "r1",
          .database = "appdb",
          .database_oid = "16384",
          .system_identifier = "7710211942565967092",
          .timeline = "1",
          .server_version = "15.18",
          .pg_dump_version = "15.18",
          .revisions = {"002"},
          .started_at = parse_utc(finished),
          .finished_at = parse_utc(finished),
          .file = "bot-1.dump",
          .size = size,
          .sha256 = "ab",
          .rows = {{"cfg.panels", 7}, {"\"odd name\".t", 0}},
          .surroundings = {.globals = "CREATE ROLE bot;\n", .database = {"CREATE DATABASE appdb"}}};
}

TEST(Manifest, SurvivesItsText) {
  const Folder folder;
  const Manifest written = manifest("bot", "2026-11-20T03:17:00Z", 54);
  EXPECT_EQ(read_manifest(folder.write("bot-1.dump.json", manifest_text(written))), written);
}

TEST(Manifest, KeepsTheContentOfItsMoment) {
  const Folder folder;
  Manifest written = manifest("bot", "2026-11-20T03:17:00Z", 54);
  written.content = Content{.tables = {{"cfg.panels", "-77"}},
                            .definitions = {{"TABLE cfg.panels", "0123456789abcdef"}},
                            .sequences = {{"cfg.panels_id_seq", {5, 7}}},
                            .large_objects = "0, hash 0"};
  EXPECT_EQ(read_manifest(folder.write("bot-1.dump.json", manifest_text(written))), written);
}

TEST(Manifest, ThatWasChangedCountsAsNone) {
  const Folder folder;
  std::string text = manifest_text(manifest("bot", "2026-11-20T03:17:00Z", 54));
  text.replace(text.find("54"), 2, "55");
  EXPECT_FALSE(read_manifest(folder.write("bot-1.dump.json", text)));
  EXPECT_FALSE(read_manifest(folder.write("bot-2.dump.json", "{")));
  EXPECT_FALSE(read_manifest(folder.write("bot-3.dump.json", "")));
}

TEST(Manifest, TheNewestIsOfThisAppAndDatabase) {
  const Folder folder;
  folder.write("bot-1.dump.json", manifest_text(manifest("bot", "2026-11-18T03:17:00Z", 1)));
  folder.write("bot-2.dump.json", manifest_text(manifest("bot", "2026-11-19T03:17:00Z", 2)));
  folder.write("bot-two-3.dump.json", manifest_text(manifest("bot-two", "2026-11-20T03:17:00Z", 3)));
  EXPECT_EQ(newest_manifest(folder.path(), "bot", "appdb")->size, 2U);
  EXPECT_FALSE(newest_manifest(folder.path(), "bot", "other"));
}

}  // namespace
}  // namespace orchestrate::backup
