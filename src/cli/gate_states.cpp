#include "cli/gate_states.hpp"

#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "cli/place.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/ports.hpp"
#include "system/command.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 3s;  // a little longer than the gate's own

Command question(const std::string& app, const Arguments& arguments) {
  Command command{.argv = {"/proc/self/exe", "gate", app, "--json", "--timeout", "2s"}, .directory = "/"};
  if (arguments.state) {
    command.argv.emplace_back("--state");
    command.argv.push_back(std::filesystem::absolute(*arguments.state).string());
  }
  for (const char* name : {"HOME", "XDG_STATE_HOME"})
    if (const char* value = std::getenv(name)) command.environment.emplace_back(name, Secret(value));
  command.timeout = patience;
  command.grace = 0s;
  return command;
}

GateState state_from(const Json& json) {
  GateState answer{.open = json["open"] == Json(true),
                   .standing = json.text_or("standing"),
                   .why = json.text_or("why"),
                   .next = json.text_or("next")};
  if (json["held_until"].is_string()) answer.held_until = json["held_until"].as_string();
  return answer;
}

/// Nothing that goes wrong with it is an error of whoever asked for the status.
Task<> ask(Commands& commands, Command command, std::optional<GateState>& answer) {
  try {
    const std::stop_token unstoppable;
    const Exit exit = co_await commands.run(std::move(command), unstoppable);
    if (!exit.out.empty()) answer = state_from(parse_json(exit.out));
  } catch (const Error&) {
    co_return;
  }
}

}  // namespace

std::vector<std::optional<GateState>> gate_states(const std::vector<std::string>& apps, const Arguments& arguments) {
  std::vector<std::optional<GateState>> answers(apps.size());
  boost::asio::io_context io(1);
  const auto commands = system::make_commands(io, Redactor(), std::nullopt);
  for (std::size_t i = 0; i < apps.size(); ++i)
    if (std::filesystem::exists(policy_file(apps[i])))
      boost::asio::co_spawn(io, ask(*commands, question(policy_file(apps[i]).string(), arguments), answers[i]),
                            boost::asio::detached);
  io.run();
  return answers;
}

}  // namespace orchestrate::cli
