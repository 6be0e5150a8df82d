#include "init/host_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "init/polkit_rule.hpp"

namespace orchestrate::init {
namespace {

using testing::HasSubstr;
using testing::Not;

Policy policy() {
  Policy policy;
  policy.app = "app";
  policy.project = {.path = "/srv/a b", .user = "me", .env_file = {}, .required_settings = {}};
  policy.services = {*UnitName::parse("app.service"), *UnitName::parse("a\\x2db.service")};
  Settings backup;
  backup.set("take", std::string("/var/backups/app"), {});
  policy.pipeline = {{.kind = "backup", .name = "backup", .timeout = {}, .settings = backup, .position = {}}};
  return policy;
}

TEST(HostFiles, GiveTheWorkerItsUserAndWhatItWrites) {
  const auto files = host_files(policy(), {.private_env_file = {}, .state_group = "readers", .gated = {}});
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].path, "/etc/systemd/system/orchestrate-worker@app.service.d/10-app.conf");
  EXPECT_THAT(files[0].text, HasSubstr("[Service]\nUser=me\n"));
  EXPECT_THAT(files[0].text, HasSubstr("\nReadWritePaths=\"/srv/a b\"\n"));
  EXPECT_THAT(files[0].text, HasSubstr("\nReadWritePaths=/var/backups/app\n"));
  for (const char* limit : {"MemoryMax=", "CPUWeight=50\n", "IOWeight=50\n"})
    EXPECT_THAT(files[0].text, HasSubstr(limit));
  EXPECT_THAT(files[0].text, Not(HasSubstr("LoadCredential")));
  EXPECT_EQ(files[2].path, "/etc/tmpfiles.d/orchestrate-app.conf");
  EXPECT_THAT(files[2].text, HasSubstr("d /var/lib/orchestrate/app 2750 me readers -\n"));
  EXPECT_THAT(files[2].text, HasSubstr("d \"/var/backups/app\" 0750 me "));
}

TEST(HostFiles, HandOverAnEnvFileThatOnlyRootCanRead) {
  const auto files = host_files(policy(), {.private_env_file = "/etc/app.env", .state_group = "g", .gated = {}});
  EXPECT_THAT(files[0].text, HasSubstr("\nLoadCredential=env:/etc/app.env\n"));
}

TEST(HostFiles, LetTheWorkerMakeNamespacesOnlyWhereItRehearses) {
  const HostFacts facts{.private_env_file = {}, .state_group = "g", .gated = {}};
  EXPECT_THAT(host_files(policy(), facts)[0].text, Not(HasSubstr("RestrictNamespaces")));
  Policy rehearsing = policy();
  rehearsing.pipeline.push_back({.kind = "rehearsal", .name = "rehearsal"});
  EXPECT_THAT(host_files(rehearsing, facts)[0].text, HasSubstr("\nRestrictNamespaces=user net mnt ipc\n"));
}

TEST(HostFiles, GateAUnitOnlyWhenAsked) {
  const UnitName unit = *UnitName::parse("app.service");
  const auto files = host_files(policy(), {.private_env_file = {}, .state_group = "g", .gated = unit});
  ASSERT_EQ(files.size(), 4U);
  EXPECT_EQ(files[3].path, "/etc/systemd/system/app.service.d/50-orchestrate-gate.conf");
  EXPECT_THAT(files[3].text, HasSubstr("[Service]\nExecStartPre=+/usr/bin/orchestrate gate --unit %n --timeout 15s\n"));
}

TEST(PolkitRule, IsOfTheseUnitsTheseVerbsAndThisUser) {
  const auto files = host_files(policy(), {.private_env_file = {}, .state_group = "g", .gated = {}});
  EXPECT_EQ(files[1].path, rules_file("app"));
  EXPECT_TRUE(files[1].text.starts_with("// orchestrate init "));
  EXPECT_THAT(files[1].text, HasSubstr(R"(["app.service", "a\\x2db.service"].indexOf(action.lookup("unit")) >= 0)"));
  EXPECT_THAT(files[1].text,
              HasSubstr(R"(["start", "stop", "restart", "reset-failed"].indexOf(action.lookup("verb")) >= 0)"));
  EXPECT_THAT(files[1].text, HasSubstr(R"(subject.user == "me")"));
  EXPECT_THAT(files[1].text, HasSubstr(R"(action.id == "org.orchestrate.read" && action.lookup("app") == "app")"));
}

}  // namespace
}  // namespace orchestrate::init
