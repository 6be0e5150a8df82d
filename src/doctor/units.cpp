#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "doctor/examination.hpp"
#include "init/project_tree.hpp"
#include "init/upgrade_at_start.hpp"

namespace orchestrate::doctor {
namespace {

const init::UnitFile* file_of(const Examination& examination, const UnitName& unit) {
  const auto found = std::ranges::find(examination.services, unit, &init::UnitFile::name);
  return found == examination.services.end() ? nullptr : &*found;
}

void look_at_state(const std::string& unit, const bus::UnitDefinition& definition, Answer& answer) {
  if (definition.is_outdated)
    answer.obstacles.push_back({unit + ": its files have changed since systemd read them", "systemctl daemon-reload"});
  if (definition.active_state == "failed")
    answer.obstacles.push_back({unit + " has failed", "journalctl -u " + unit + ", then: systemctl restart " + unit});
  else if (definition.active_state != "active")
    answer.advice.push_back(unit + " is " + definition.active_state + "; start it: systemctl start " + unit);
  if (definition.unit_file_state == "disabled")
    answer.advice.push_back(unit + " does not start at boot; if it shall: systemctl enable " + unit);
}

/// Preflight has asked whether they are loaded at all.
Task<Answer> units(Examination& examination) {
  const Policy& policy = examination.policy();
  Answer answer;
  for (const UnitName& unit : policy.units()) {
    const bus::UnitDefinition definition = examination.systemd().definition(unit);
    if (definition.load_state != "loaded") continue;
    look_at_state(unit.text(), definition, answer);
    const std::string user = definition.user.empty() ? "root" : definition.user;
    if (user != policy.project.user)
      answer.advice.push_back(
          fmt::format("{} runs as {}, the migrations as {}: what one writes in {} the other may "
                      "not read; User={} in the unit makes it one",
                      unit.text(), user, policy.project.user, policy.project.path.string(), policy.project.user));
    answer.found += (answer.found.empty() ? "" : ", ") + unit.text() + " " + definition.active_state;
  }
  co_return answer;
}

/// A project that has moved: its unit still starts the old checkout, whose schema nobody migrates.
Task<Answer> working_directory(Examination& examination) {
  const Policy& policy = examination.policy();
  Answer answer;
  for (const UnitName& unit : policy.units()) {
    const init::UnitFile* file = file_of(examination, unit);
    if (!file || init::belongs_to(*file, policy.project.path)) continue;
    answer.advice.push_back(fmt::format("{} neither works in {} nor starts a program of it: is it of this project?",
                                        file->file.string(), policy.project.path.string()));
  }
  co_return answer;
}

Task<Answer> upgrades(Examination& examination) {
  const Policy& policy = examination.policy();
  const bool own = policy.migrations.tool == Migrations::Tool::command;
  const std::vector<std::string> upgrade = own ? policy.migrations.command : std::vector<std::string>();
  Answer answer;
  for (const init::UnitFile& unit : examination.services) {
    if (!init::belongs_to(unit, policy.project.path)) continue;
    for (const auto& command : init::upgrades_at_start(unit, policy.project.path, upgrade))
      answer.obstacles.push_back({fmt::format("{}: {} migrates whenever it starts, without backup and review",
                                              command.place.text(), unit.name.text()),
                                  "take it out there; a run migrates, and restarts the unit"});
  }
  co_return answer;
}

constexpr std::array checks = {
    Check{"units", "services", units},
    Check{"working directory", "services", working_directory},
    Check{"upgrade at start", "", upgrades},
};

}  // namespace

std::span<const Check> unit_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
