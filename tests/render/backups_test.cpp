#include "render/backups.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

const std::vector<BackupRow> rows = {
    {.path = "/b/bot-2.dump",
     .origin = "take",
     .level = "restored",
     .size = 56623104,
     .taken_at = quarter_past_nine,
     .proven_at = quarter_past_nine + 4h,
     .restored_in = 3200ms,
     .revisions = {"002_panels"},
     .run = sample_id},
    {.path = "/b/appdb-\x1b[31m.dump",
     .origin = "check",
     .level = "written",
     .size = 812,
     .taken_at = quarter_past_nine - 26h},
    {.path = "/b/bot-1.dump",
     .origin = "take",
     .level = "intact",
     .size = 7,
     .taken_at = quarter_past_nine - 48h,
     .trouble = "its file is gone"},
};

TEST(Backups, AreListedWithWhatIsKnownOfThem) {
  EXPECT_EQ("\n" + backups_text(rows, quarter_past_nine + 6h, Style::plain), R"(
bot-2.dump           54 MiB  6 h ago   restored  at 002_panels, by run 20261120-091403-7f3a, restored in 3.2 s, proven 2 h ago
appdb-\x1b[31m.dump  812 B   32 h ago  written
bot-1.dump           7 B     2 d ago   none      its file is gone
)");
  EXPECT_EQ(backups_text({}, quarter_past_nine, Style::plain), "no backups\n");
}

TEST(Backups, AsJsonHaveNoLevelWhereTheyAreNone) {
  const Json json = backups_json("bot", rows);
  const auto& backups = json["backups"].as_array();
  EXPECT_EQ(backups[0].text_or("level"), "restored");
  EXPECT_EQ(backups[0]["restore_ms"], Json(3200));
  EXPECT_EQ(backups[2]["level"], Json());
  EXPECT_EQ(backups[2].text_or("trouble"), "its file is gone");
}

}  // namespace
}  // namespace orchestrate
