#include "backup/inventory.hpp"

#include <gtest/gtest.h>

#include "backup/manifest.hpp"
#include "folder.hpp"

namespace orchestrate::backup {
namespace {

using namespace std::chrono_literals;

const Time nine = parse_utc("2026-11-20T09:00:00Z");

class Inventory : public testing::Test {
 protected:
  Inventory() {
    policy_.app = "bot";
    add("take", folder_.path().string());
  }

  void add(const std::string& key, const std::string& value) {
    StageSpec stage{.kind = "backup", .name = "backup"};
    stage.settings.set(key, value, {1, 1});
    policy_.pipeline.push_back(std::move(stage));
  }

  void dump(const std::string& name, Time at, const std::string& bytes = "dump") {
    folder_.write(name, bytes);
    const Manifest manifest{.app = "bot",
                            .run = "r1",
                            .database = "appdb",
                            .revisions = {"002"},
                            .started_at = at,
                            .finished_at = at,
                            .file = name,
                            .size = 4,
                            .sha256 = "aa"};
    folder_.write(name + ".json", manifest_text(manifest));
  }

  Json proof(const std::string& name, const std::string& sha256, bool restored) const {
    Json facts = Json::object({{"path", (folder_.path() / name).string()}, {"sha256", sha256}});
    if (restored) facts.set("took_ms", 900);
    return facts;
  }

  Json touched(const std::string& name, const std::string& sha256) const {
    const Proof proof{.path = folder_.path() / name,
                      .sha256 = sha256,
                      .taken_at = nine,
                      .verified_at = nine + 1h,
                      .file = files::file_facts(folder_.path() / name).value()};
    return evidence_of(proof).facts;
  }

  Folder folder_;
  Policy policy_;
};

TEST_F(Inventory, HasTheNewestDumpFirstAndSaysWhichIsNone) {
  dump("bot-1.dump", nine);
  dump("bot-2.dump", nine + 1h);
  dump("bot-3.dump", nine - 1h, "longer");
  std::filesystem::remove(folder_.path() / "bot-1.dump");
  const auto all = inventory(policy_, {});
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].path.filename(), "bot-2.dump");
  EXPECT_EQ(all[0].trouble, "");
  EXPECT_EQ(all[0].level, Level::intact);
  EXPECT_EQ(all[1].trouble, "its file is gone");
  EXPECT_EQ(all[2].trouble, "its size is not what its manifest says");
}

TEST_F(Inventory, BelievesAProofOfTheseBytesOnly) {
  dump("bot-1.dump", nine);
  EXPECT_EQ(inventory(policy_, {proof("bot-1.dump", "bb", true)})[0].level, Level::intact);
  EXPECT_EQ(inventory(policy_, {proof("bot-2.dump", "aa", true)})[0].level, Level::intact);
  const auto all = inventory(policy_, {proof("bot-1.dump", "aa", true), proof("bot-1.dump", "aa", false)});
  EXPECT_EQ(all[0].level, Level::restored) << "a later proof of less takes nothing away";
  EXPECT_EQ(all[0].cost, 900ms);
}

TEST_F(Inventory, KnowsThatADumpWasCompared) {
  dump("bot-1.dump", nine);
  Json compared = proof("bot-1.dump", "aa", false);
  compared.set("level", "matched");
  EXPECT_EQ(inventory(policy_, {proof("bot-1.dump", "aa", true), compared})[0].level, Level::matched);
}

TEST_F(Inventory, OfSomebodyElsesDumpKnowsWhatWasProvenUntilItIsTouched) {
  policy_.pipeline.clear();
  add("check", (folder_.path() / "appdb-{date}.dump").string());
  folder_.write("appdb-2026-11-20.dump", "bytes");
  folder_.write("other.dump", "bytes");
  const std::vector<Json> proofs = {touched("appdb-2026-11-20.dump", "aa"), proof("appdb-2026-11-20.dump", "aa", true)};
  auto all = inventory(policy_, proofs);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].level, Level::restored);
  EXPECT_EQ(all[0].proven_at, nine + 1h);
  folder_.write("appdb-2026-11-20.dump", "other bytes");
  touch(folder_.path() / "appdb-2026-11-20.dump", nine);
  all = inventory(policy_, proofs);
  EXPECT_EQ(all[0].level, Level::written);
  EXPECT_EQ(all[0].proven_at, std::nullopt);
}

}  // namespace
}  // namespace orchestrate::backup
