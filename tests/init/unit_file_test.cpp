#include "init/unit_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host.hpp"

namespace orchestrate::init {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto bot = R"(# The bot
[Unit]
Description=A bot

[Service]
User=bot
WorkingDirectory=@/project
EnvironmentFile=-/etc/bot.env
ExecStart=@/project/.venv/bin/python \
  bot.py --name "a b"
)";

TEST(UnitFile, TellsWhereEachSettingStands) {
  const Host host;
  host.write("units/bot.service", bot);
  const auto units = read_services({host.path("units")});
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].last("User")->place, (Place{host.path("units/bot.service"), 6}));
  EXPECT_EQ(units[0].last("EnvironmentFile")->value, "-/etc/bot.env");
  const auto start = units[0].all("ExecStart");
  ASSERT_EQ(start.size(), 1U);
  EXPECT_EQ(start[0].place.line, 9);
  EXPECT_THAT(exec_words(start[0].value),
              ElementsAre(host.path("project/.venv/bin/python").string(), "bot.py", "--name", "a b"));
}

TEST(UnitFile, IsWhatItsDropInsMakeOfIt) {
  const Host host;
  host.write("units/bot.service", bot);
  host.write("units/bot.service.d/20-b.conf", "[Service]\nExecStart=\nExecStart=/bin/other\n");
  host.write("units/bot.service.d/10-a.conf", "[Service]\nUser=first\n");
  const auto units = read_services({host.path("units")});
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].last("User")->value, "first");
  ASSERT_EQ(units[0].all("ExecStart").size(), 1U);
  EXPECT_EQ(units[0].all("ExecStart")[0].value, "/bin/other");
}

TEST(UnitFile, IsReadOnceUnderItsOwnName) {
  const Host host;
  host.write("units/bot.service", bot);
  host.write("lib/bot.service", "[Service]\nUser=packaged\n");
  host.write("units/template@.service", bot);
  std::filesystem::create_symlink(host.path("units/bot.service"), host.path("units/alias.service"));
  const auto units = read_services({host.path("units"), host.path("lib"), host.path("nowhere")});
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].last("User")->value, "bot");
}

TEST(UnitFile, BelongsToTheProjectThatItWorksInOrStarts) {
  const Host host;
  host.write("units/works.service", "[Service]\nWorkingDirectory=-@/project/sub\nExecStart=/bin/true\n");
  host.write("units/starts.service", "[Service]\nExecStart=!@/project/bin/serve\n");
  host.write("units/beside.service", "[Service]\nWorkingDirectory=@/project-two\nExecStart=@/project-two/run\n");
  std::vector<std::string> names;
  for (const UnitFile& unit : read_services({host.path("units")}))
    if (belongs_to(unit, host.project())) names.push_back(unit.name.text());
  EXPECT_THAT(names, ElementsAre("starts.service", "works.service"));
}

TEST(UnitFile, OneshotJobsAreNoServices) {
  const Host host;
  host.write("units/nightly.service", "[Service]\nType=oneshot\nWorkingDirectory=@/project\nExecStart=/bin/true\n");
  EXPECT_THAT(host.look().services, IsEmpty());
}

}  // namespace
}  // namespace orchestrate::init
