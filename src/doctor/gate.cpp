#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include <fmt/format.h>
#include <unistd.h>

#include "doctor/examination.hpp"
#include "orchestrate/app.hpp"

namespace orchestrate::doctor {
namespace {

using Commands = std::vector<init::Fact<std::string>>;

bool asks_the_gate(const init::Fact<std::string>& command) {
  const auto words = init::exec_words(command.value);
  return words.size() > 1 && std::filesystem::path(words[0]).filename() == "orchestrate" && words[1] == "gate";
}

Commands gates_by(const init::UnitFile& unit, std::string_view key) {
  Commands commands = unit.all(key);
  std::erase_if(commands, [](const auto& command) { return !asks_the_gate(command); });
  return commands;
}

bool is_gated(const init::UnitFile& unit) {
  return !gates_by(unit, "ExecStartPre").empty() || !gates_by(unit, "ExecCondition").empty();
}

bool is_ours(const Examination& examination, const UnitName& unit) {
  const auto units = examination.policy().units();
  return std::ranges::find(units, unit) != units.end();
}

/// What would not work of how it asks.
void look_at_commands(const init::UnitFile& unit, Answer& answer) {
  for (const auto& command : gates_by(unit, "ExecCondition"))
    answer.obstacles.push_back({command.place.text() +
                                    ": a refusal by ExecCondition= looks like success to who starts " +
                                    "the unit and to what depends on it",
                                "write ExecStartPre= there"});
  for (const auto& command : gates_by(unit, "ExecStartPre")) {
    const std::string program = init::exec_words(command.value).front();
    if (::access(program.c_str(), X_OK) != 0)
      answer.obstacles.push_back(
          {command.place.text() + ": there is no program " + program + ", so " + unit.name.text() + " cannot start",
           "name it as it is installed: command -v orchestrate"});
    if (!command.value.starts_with('+'))
      answer.advice.push_back(command.place.text() + ": the gate works in the unit's own sandbox; write " +
                              "ExecStartPre=+ if it is not to depend on that");
  }
}

Task<Answer> gates(Examination& examination) {
  const Policy& policy = examination.policy();
  Answer answer;
  for (const init::UnitFile& unit : examination.services) {
    const bool ours = is_ours(examination, unit.name);
    if (ours && !is_gated(unit))
      answer.advice.push_back(
          fmt::format("{} starts on whatever schema; if it shall not: orchestrate init {} --gate {}", unit.name.text(),
                      policy.project.path.string(), unit.name.text()));
    if (!ours && is_gated(unit) && init::belongs_to(unit, policy.project.path))
      answer.obstacles.push_back(
          {fmt::format("{} asks the gate, and no policy names it: it will not open", unit.name.text()),
           "add it to services: in " + policy.file.string()});
    if (!ours || !is_gated(unit)) continue;
    look_at_commands(unit, answer);
    answer.found += (answer.found.empty() ? "" : ", ") + unit.name.text();
  }
  co_return answer;
}

/// The units that one waits for, each with who waits for it: breadth first along After=.
class Waits {
 public:
  explicit Waits(bus::SystemdBus& systemd) : systemd_(systemd) {}

  /// "a.service after b.target after c.service", the shortest one; empty: it does not wait for it.
  std::string path(const std::string& from, const std::string& to) {
    std::map<std::string, std::string> reached_by = {{from, {}}};
    std::deque<std::string> next = {from};
    while (!next.empty() && !reached_by.contains(to)) {
      const std::string unit = next.front();
      next.pop_front();
      for (const std::string& other : after(unit))
        if (reached_by.emplace(other, unit).second) next.push_back(other);
    }
    if (!reached_by.contains(to)) return {};
    std::string text = to;
    for (std::string unit = reached_by[to]; !unit.empty(); unit = reached_by[unit]) text.insert(0, unit + " after ");
    return text;
  }

 private:
  const std::vector<std::string>& after(const std::string& unit) {
    const auto known = after_.find(unit);
    if (known != after_.end()) return known->second;
    const auto name = UnitName::parse(unit);
    return after_[unit] = name ? systemd_.definition(*name).after : std::vector<std::string>();
  }

  bus::SystemdBus& systemd_;
  std::map<std::string, std::vector<std::string>> after_;
};

/// A gated unit waits for the run that opens its gate; whatever does the run must not wait for the unit.
Task<Answer> ordering(Examination& examination) {
  const std::string worker = worker_unit(examination.policy().app);
  Waits waits(examination.systemd());
  Answer answer;
  const auto look = [&](const std::string& from, const std::string& to) {
    const std::string path = waits.path(from, to);
    if (path.empty()) return;
    answer.obstacles.push_back({path + ": who opens the gate and who waits at it wait for each other",
                                "take that After= or Before= out: systemctl show --property=After " + from});
  };
  for (const init::UnitFile& unit : examination.services) {
    if (!is_ours(examination, unit.name) || !is_gated(unit)) continue;
    look(daemon_unit, unit.name.text());
    look(worker, unit.name.text());
    look(unit.name.text(), worker);
    for (const std::string& other : examination.systemd().definition(unit.name).stopped_with)
      if (other == daemon_unit || other == worker)
        answer.obstacles.push_back({fmt::format("{} is stopped whenever {} is", unit.name.text(), other),
                                    "take Requires=, BindsTo= or PartOf= " + other + " out of it"});
  }
  co_return answer;
}

constexpr std::array checks = {
    Check{"gated units", "services", gates},
    Check{"ordering", "services", ordering},
};

}  // namespace

std::span<const Check> gate_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
