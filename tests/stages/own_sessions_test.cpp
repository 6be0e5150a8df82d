#include "stages/own_sessions.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

constexpr const char* ours = "orchestrate upgrade r1";
constexpr const char* server_socket = "/var/run/postgresql/.s.PGSQL.5432";

ClientSession over_tcp(const std::string& pid, const std::string& client) {
  return {.pid = pid, .began = "10:00", .client = client};
}
ClientSession local(const std::string& pid) {
  return {.pid = pid, .began = "10:00", .client = "local"};
}
ClientSession migrating(ClientSession session) {
  session.holds_version_table = true;
  return session;
}

/// Whether the session is the migration's, when `others` are there too.
bool is_ours(const ClientSession& session, const std::vector<Connection>& of_children,
             std::vector<ClientSession> others = {}) {
  OwnSessions own(ours, {}, "5432");
  others.push_back(session);
  own.look(others, of_children);
  own.look(others, of_children);
  return own.contains(session);
}

TEST(OwnSessions, AreKnownByTheNameThatOnlyTheMigrationIsGiven) {
  ClientSession session = local("7");
  EXPECT_FALSE(is_ours(session, {}));
  session.application_name = ours;
  EXPECT_TRUE(is_ours(session, {}));
}

TEST(OwnSessions, AreKnownByTheirConnectionEndForEnd) {
  const ClientSession session = over_tcp("7", "127.0.0.1:40312");
  EXPECT_TRUE(is_ours(session, {{"127.0.0.1:40312", "127.0.0.1:5432"}}));
  EXPECT_TRUE(is_ours(over_tcp("7", "::1:40312"), {{"::1:40312", "::1:5432"}}));
  EXPECT_FALSE(is_ours(session, {{"127.0.0.1:40313", "127.0.0.1:5432"}}));
  EXPECT_FALSE(is_ours(session, {{"10.0.0.7:40312", "10.0.0.9:5432"}}));
  EXPECT_FALSE(is_ours(session, {{"127.0.0.1:40312", "127.0.0.1:6432"}})) << "our child talks to a pooler";
  EXPECT_FALSE(is_ours(session, {}));
}

TEST(OwnSessions, OverUnixSocketsAreKnownWhenThereIsNobodyElseTheyCouldBe) {
  EXPECT_TRUE(is_ours(migrating(local("7")), {{"", server_socket}}));
  EXPECT_FALSE(is_ours(local("7"), {{"", server_socket}})) << "it may be another's while our child logs in";
  EXPECT_FALSE(is_ours(migrating(local("7")), {})) << "our child has no connection";
  EXPECT_FALSE(is_ours(migrating(local("7")), {{"", "/run/other/.s.PGSQL.5433"}})) << "to another server";
  EXPECT_FALSE(is_ours(migrating(local("7")), {{"", server_socket}}, {local("8")})) << "the application has come too";
  EXPECT_FALSE(is_ours(migrating(local("7")), {{"", server_socket}}, {ClientSession{.pid = "8"}}))
      << "somebody hidden has come too";
  EXPECT_TRUE(is_ours(migrating(local("7")), {{"", server_socket}}, {over_tcp("8", "10.0.0.7:1")}));
  EXPECT_TRUE(is_ours(migrating(local("7")), {{"", server_socket}, {"", server_socket}}, {local("8")}));
}

TEST(OwnSessions, OverUnixSocketsAreNotWhoeverIsSeenWhileOurChildLogsIn) {
  OwnSessions own(ours, {}, "5432");
  const ClientSession application = migrating(local("7"));
  own.look({application}, {{"", server_socket}});
  EXPECT_FALSE(own.contains(application));
  own.look({application, migrating(local("8"))}, {{"", server_socket}});
  own.look({application}, {{"", server_socket}});
  EXPECT_FALSE(own.contains(application)) << "two looks, but not one after the other";
}

TEST(OwnSessions, AreNeverThoseThatWereThereBefore) {
  const ClientSession before = migrating(local("7"));
  OwnSessions own(ours, {before}, "5432");
  own.look({before}, {{"", server_socket}});
  own.look({before}, {{"", server_socket}});
  EXPECT_FALSE(own.contains(before));
  EXPECT_FALSE(own.is_new(before));
  ClientSession later = before;
  later.began = "11:00";
  EXPECT_TRUE(own.is_new(later)) << "another session with a number that was free again";
}

TEST(OwnSessions, AreNotOurOtherTools) {
  ClientSession session = local("7");
  session.application_name = "orchestrate status";
  const OwnSessions own(ours, {}, "5432");
  EXPECT_FALSE(own.is_new(session));
  EXPECT_FALSE(own.unsure({session}));
}

TEST(OwnSessions, OnceKnownStayKnown) {
  OwnSessions own(ours, {}, "5432");
  const ClientSession migration = migrating(local("7"));
  EXPECT_TRUE(own.unsure({migration}));
  own.look({migration}, {{"", server_socket}});
  own.look({migration}, {{"", server_socket}});
  own.look({migration, local("8"), local("9")}, {{"", server_socket}});
  EXPECT_TRUE(own.contains(migration));
  EXPECT_FALSE(own.contains(local("8")));
}

}  // namespace
}  // namespace orchestrate
