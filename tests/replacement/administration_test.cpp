#include "replacement/administration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../schema/administered_server.hpp"

namespace orchestrate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

/// An application whose database belongs to its role, `bot`.
class ReplacingTheDatabase : public testing::Test {
 protected:
  ReplacingTheDatabase() {
    host_.server.sql("CREATE DATABASE app OWNER bot");
    application_.database = as("bot");
    application_.policy.file = "/etc/app.yaml";
  }
  DatabaseUrl as(const std::string& role, const std::string& database = "app") const {
    DatabaseUrl url = host_.server.url(database);
    url.user = role;
    return url;
  }
  std::vector<Obstacle> obstacles() {
    const SessionOptions reading;
    const auto database = on_loop(host_.io, host_.databases->connect(application_.database, reading, {}));
    const DatabaseIdentity identity = on_loop(host_.io, read_identity(*database, {}));
    return on_loop(host_.io, replacement::obstacles_to_replace(application_, *host_.databases, identity, {}));
  }
  static auto what(const std::string& text) { return Field(&Obstacle::what, HasSubstr(text)); }

  AdministeredServer host_;
  Application application_;
};

TEST_F(ReplacingTheDatabase, IsForAnOwnerThatMayMakeDatabases) {
  EXPECT_THAT(obstacles(), ElementsAre(what("role bot may not create databases")));
  host_.server.sql("ALTER ROLE bot CREATEDB");
  EXPECT_THAT(obstacles(), IsEmpty());
}

TEST_F(ReplacingTheDatabase, IsForWhoHasTheOwnersRightsAndNotOnlyItsMembership) {
  host_.server.sql("CREATE ROLE other LOGIN CREATEDB NOINHERIT; GRANT bot TO other");
  if (TemporaryPostgres::major() >= 16)
    host_.server.sql("REVOKE bot FROM other; GRANT bot TO other WITH INHERIT FALSE");
  application_.admin = as("other", "");
  EXPECT_THAT(obstacles(), Contains(what("role other may not rename app, which belongs to bot")));
}

TEST_F(ReplacingTheDatabase, IsNotForWhoeverReachesAnotherServersDatabaseOfThatName) {
  const TemporaryPostgres elsewhere;
  application_.admin = elsewhere.url("postgres");
  EXPECT_THAT(obstacles(), ElementsAre(what("admin_url leads to a server with no database app")));
  elsewhere.sql("CREATE DATABASE app");
  EXPECT_THAT(obstacles(), ElementsAre(what("admin_url leads to a server with another app")));
}

TEST_F(ReplacingTheDatabase, NeedsTheSessionsInItToBeEnded) {
  host_.server.sql("ALTER ROLE bot CREATEDB; CREATE ROLE watcher SUPERUSER LOGIN");
  const SessionOptions reading;
  const auto watcher = on_loop(host_.io, host_.databases->connect(as("watcher"), reading, {}));
  EXPECT_THAT(obstacles(), ElementsAre(AllOf(what("role bot may not end the sessions of watcher in app"),
                                             Field(&Obstacle::fix, HasSubstr("pg_signal_backend")))));
}

}  // namespace
}  // namespace orchestrate
