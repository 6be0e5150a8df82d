#include "init/upgrade_at_start.hpp"

#include <gtest/gtest.h>

#include "host.hpp"

namespace orchestrate::init {
namespace {

/// `file:line` of each upgrade that the unit of `text` makes at its start.
std::vector<std::string> found_in(const Host& host, const std::string& text,
                                  const std::vector<std::string>& upgrade = {}) {
  host.write("units/bot.service", text);
  std::vector<std::string> places;
  for (const auto& command : upgrades_at_start(read_services({host.path("units")}).front(), host.project(), upgrade))
    places.push_back(command.place.file.filename().string() + ":" + std::to_string(command.place.line));
  return places;
}

using Places = std::vector<std::string>;

TEST(UpgradesAtStart, AreFoundInTheUnitItself) {
  const Host host;
  EXPECT_EQ(found_in(host, "[Service]\nExecStartPre=/srv/.venv/bin/alembic upgrade head\nExecStart=/srv/bot\n"),
            Places{"bot.service:2"});
  EXPECT_EQ(found_in(host, "[Service]\nExecStart=/bin/sh -c \"python -m alembic -c a.ini upgrade head && exec bot\"\n"),
            Places{"bot.service:2"});
}

TEST(UpgradesAtStart, AreFoundInTheScriptThatItStarts) {
  const Host host;
  host.write("project/start.sh",
             "#!/bin/bash\nset -e\n.venv/bin/python -m alembic upgrade head\nexec .venv/bin/python bot.py\n");
  EXPECT_EQ(found_in(host, "[Service]\nExecStart=@/project/start.sh --now\n"), Places{"start.sh:3"});
  EXPECT_EQ(found_in(host, "[Service]\nWorkingDirectory=@/project\nExecStart=/bin/bash ./start.sh\n"),
            Places{"start.sh:3"});
}

TEST(UpgradesAtStart, MayBeTheProjectsOwnCommand) {
  const Host host;
  EXPECT_EQ(found_in(host, "[Service]\nExecStartPre=/usr/bin/make migrate\n", {"make", "migrate"}),
            Places{"bot.service:2"});
  EXPECT_EQ(found_in(host, "[Service]\nExecStart=/srv/.venv/bin/python -m bot.migrate --start\n",
                     {".venv/bin/python", "-m", "bot.migrate"}),
            Places{"bot.service:2"});
}

TEST(UpgradesAtStart, AreNoOtherCommands) {
  const Host host;
  host.write("project/start.sh", "#!/bin/bash\n# alembic upgrade head\nexec python bot.py\n");
  host.write("project/alembic.py", "upgrade\n");
  for (const char* command :
       {"@/project/start.sh", "/srv/.venv/bin/alembic current", "/srv/bot upgrade", "/usr/bin/make all"})
    EXPECT_EQ(found_in(host, "[Service]\nExecStart=" + std::string(command) + "\n", {"make", "migrate"}), Places{})
        << command;
}

}  // namespace
}  // namespace orchestrate::init
