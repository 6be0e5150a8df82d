#include "replacement/replacement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../schema/administered_server.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

using replacement::Replacement;
using replacement::Side;
using testing::HasSubstr;

const std::string run_id = "20261120-091403-7f3a";

TEST(Replacement, NamesOfLongDatabasesFitAndStayWhole) {
  const Replacement plain = replacement::replacement_for("appdb", run_id);
  EXPECT_EQ(plain.fresh, "appdb_new_" + run_id);
  EXPECT_EQ(plain.kept, "appdb_old_" + run_id);
  std::string umlauts;
  while (umlauts.size() < 62) umlauts += "ä";
  const Replacement longest = replacement::replacement_for(umlauts, run_id);
  EXPECT_LE(longest.fresh.size(), 63U);
  EXPECT_EQ(longest.fresh.find("_new_") % 2, 0U) << "an ä is two bytes";
  EXPECT_NE(longest.fresh, longest.kept);
}

TEST(Replacement, IsRememberedAsItIs) {
  const Replacement names{.name = "a", .fresh = "b", .kept = "c", .old_oid = "1", .new_oid = "2"};
  EXPECT_EQ(replacement::replacement_from_json(replacement::to_json(names)), names);
}

class TwoDatabases : public testing::Test {
 protected:
  static void SetUpTestSuite() { host = std::make_unique<AdministeredServer>(); }
  static void TearDownTestSuite() { host.reset(); }
  void SetUp() override {
    names = replacement::replacement_for("It's \"ours\"", run_id);
    create(names.name, "old");
    create(names.fresh, "new");
    names.old_oid = host->oid("It''s \"ours\"");
    names.new_oid = host->oid("It''s \"ours\"_new_" + run_id);
  }
  void TearDown() override {
    for (const std::string& name : {names.name, names.fresh, names.kept})
      host->server.sql("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
  }
  static std::string quoted(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
  }
  static void create(const std::string& name, const std::string& what) {
    host->server.sql("CREATE DATABASE " + quoted(name));
    host->server.sql("CREATE TABLE what AS SELECT '" + what + "' AS it", name);
  }
  std::string what() const { return host->server.sql("SELECT it FROM what", names.name); }
  Side side() const { return on_loop(host->io, replacement::side_of(*host->admin, names, {})); }
  void exchange() const { on_loop(host->io, replacement::exchange(*host->admin, *host->clock, names, {})); }

  Replacement names;
  static std::unique_ptr<AdministeredServer> host;
};
std::unique_ptr<AdministeredServer> TwoDatabases::host;

TEST_F(TwoDatabases, ExchangeTheirNames) {
  EXPECT_EQ(side(), Side::before);
  exchange();
  EXPECT_EQ(side(), Side::after);
  EXPECT_THAT(what(), HasSubstr("new"));
  EXPECT_THROW(host->server.sql("SELECT 1", names.kept), Error) << "the old one is closed";
  EXPECT_TRUE(on_loop(host->io, replacement::drop_kept(*host->admin, names, {})));
  EXPECT_FALSE(on_loop(host->io, replacement::drop_kept(*host->admin, names, {})));
}

TEST_F(TwoDatabases, WhoeverIsConnectedIsSentAway) {
  DatabaseUrl url = host->server.url(names.name);
  const auto client = on_loop(host->io, host->databases->connect(url, {}, {}));
  exchange();
  EXPECT_THROW(on_loop(host->io, client->query("SELECT 1", {})), Error);
  EXPECT_THAT(what(), HasSubstr("new"));
}

TEST_F(TwoDatabases, WhatIsUndoneIsAsBefore) {
  host->server.sql("ALTER DATABASE " + quoted(names.name) + " ALLOW_CONNECTIONS false");
  on_loop(host->io, replacement::undo(*host->admin, names, {}));
  EXPECT_EQ(side(), Side::before);
  EXPECT_THAT(what(), HasSubstr("old"));
  EXPECT_EQ(host->server.sql("SELECT count(*) FROM pg_database WHERE datname LIKE '%_new_%'"), "0\n");
  on_loop(host->io, replacement::undo(*host->admin, names, {}));
}

TEST_F(TwoDatabases, AreOpenedAgainAlsoWhereTheNewOneCannotBeDropped) {
  host->server.sql("ALTER ROLE bot CREATEDB; ALTER DATABASE " + quoted(names.name) + " OWNER TO bot; ALTER DATABASE " +
                   quoted(names.fresh) + " OWNER TO bot");
  host->server.sql("ALTER DATABASE " + quoted(names.name) + " ALLOW_CONNECTIONS false");
  DatabaseUrl url = host->server.url();
  url.user = "bot";
  const SessionOptions writing{.read_only = false};
  const auto bot = on_loop(host->io, host->databases->connect(url, writing, {}));
  const auto superuser = on_loop(host->io, host->databases->connect(host->server.url(names.fresh), writing, {}));
  EXPECT_THAT(on_loop(host->io, replacement::undo(*bot, names, {})), HasSubstr("is left over, drop it: "));
  EXPECT_THAT(what(), HasSubstr("old")) << "it is open";
}

TEST_F(TwoDatabases, ANameThatSomebodyElseGaveAwayIsNeitherSide) {
  ASSERT_EQ(side(), Side::before);
  host->server.sql("ALTER DATABASE " + quoted(names.name) + " RENAME TO elsewhere");
  EXPECT_EQ(side(), Side::neither);
  create(names.name, "third");
  EXPECT_EQ(side(), Side::neither);
  EXPECT_FALSE(on_loop(host->io, replacement::drop_kept(*host->admin, names, {})));
  host->server.sql("DROP DATABASE elsewhere");
}

}  // namespace
}  // namespace orchestrate
