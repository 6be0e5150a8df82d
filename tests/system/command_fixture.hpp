#pragma once

#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "system/command.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

inline std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

inline bool alive(const std::string& pid) {
  return ::kill(std::stoi(pid), 0) == 0;
}

/// Real commands in a directory of their own; `hunter2-hunter2` is a secret.
class CommandTest : public testing::Test {
 protected:
  void TearDown() override { on_loop(io, commands->end_strays()); }  // the next test waits for its own children only

  Command sh(std::string script) const {
    Command command{.argv = {"sh", "-c", std::move(script)}, .directory = dir};
    command.environment = {{"PATH", Secret("/usr/bin:/bin")}};
    command.grace = 300ms;
    return command;
  }
  Command python(std::string script) const {
    Command command = sh("");
    command.argv = {"/usr/bin/python3", "-c", std::move(script)};
    return command;
  }
  Exit run(Command command, std::stop_token stop = {}) {
    return on_loop(io, commands->run(std::move(command), std::move(stop)));
  }
  std::string error_of(Command command) {
    try {
      run(std::move(command));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  TemporaryDirectory directory;
  std::filesystem::path dir = directory.path();
  boost::asio::io_context io;
  std::unique_ptr<Commands> commands = system::make_commands(io, Redactor({Secret("hunter2-hunter2")}), std::nullopt);
};

}  // namespace orchestrate
