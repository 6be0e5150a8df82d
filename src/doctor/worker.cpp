#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>

#include "doctor/examination.hpp"
#include "init/host_files.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::doctor {
namespace {

namespace fs = std::filesystem;

UnitName named(const std::string& unit) {
  return UnitName::parse(unit).value();
}

bool there(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}

/// Whether systemd lets the unit write there: `writable` as ReadWritePaths= says, a `-` or `+` before a path.
bool may_write(const std::vector<std::string>& writable, const fs::path& path) {
  return std::ranges::any_of(writable, [&](const std::string& entry) {
    const fs::path allowed = entry.substr(std::min(entry.find_first_not_of("-+"), entry.size()));
    return std::ranges::mismatch(allowed, path).in1 == allowed.end();
  });
}

Task<Answer> running(Examination& examination) {
  const bus::UnitDefinition definition = examination.systemd().definition(named(daemon_unit));
  Answer answer;
  if (definition.load_state == "not-found") {
    answer.advice.emplace_back("orchestrated is not installed: runs die with the session in which they are typed");
    co_return answer;
  }
  if (definition.is_outdated)
    answer.obstacles.push_back({"its unit has changed since systemd read it", "systemctl daemon-reload"});
  if (definition.load_state == "masked")
    answer.obstacles.push_back(
        {std::string(daemon_unit) + " is masked", fmt::format("systemctl unmask {}", daemon_unit)});
  else if (definition.active_state == "failed")
    answer.obstacles.push_back({std::string(daemon_unit) + " has failed",
                                fmt::format("journalctl -u {0}, then: systemctl restart {0}", daemon_unit)});
  else if (definition.unit_file_state != "enabled")
    answer.advice.push_back(
        fmt::format("after a power cut nobody brings a run to its end: systemctl enable --now {}", daemon_unit));
  answer.found = definition.active_state;
  co_return answer;
}

Task<Answer> worker(Examination& examination) {
  const Policy& policy = examination.policy();
  const std::string unit = worker_unit(policy.app);
  Answer answer;
  if (!there(worker_drop_ins(policy.app))) {
    answer.advice.push_back(fmt::format("{} has no drop-in, so runs are made by who types them: orchestrate init {}",
                                        unit, policy.project.path.string()));
    co_return answer;
  }
  const bus::UnitDefinition definition = examination.systemd().definition(named(unit));
  const std::string& user = policy.project.user;
  const auto wrong = [&](const std::string& what, const std::string& line) {
    answer.obstacles.push_back(
        {what, fmt::format("{} in {}, then: systemctl daemon-reload", line, worker_drop_ins(policy.app))});
  };
  if (definition.load_state == "not-found")
    co_return refused("its drop-in is there, and systemd knows no orchestrate-worker@.service",
                      "install the package orchestrate, then: systemctl daemon-reload");
  if (definition.load_state != "loaded")
    co_return refused(unit + " is not loaded: systemd says " + definition.load_state, "systemctl status " + unit);
  if (definition.is_outdated)
    answer.obstacles.push_back({unit + ": its files have changed since systemd read them", "systemctl daemon-reload"});
  if (definition.user != user)
    wrong(fmt::format("{} runs as {}, the policy says project.user: {}", unit, definition.user, user), "User=" + user);
  std::vector<fs::path> written = init::taken_backups(policy);
  written.push_back(policy.project.path);
  written.push_back(examination.state);
  for (const fs::path& path : written)
    if (!may_write(definition.writable, path))
      wrong(fmt::format("{} may not write to {}", unit, path.string()), "ReadWritePaths=" + path.string());
  answer.found = unit;
  co_return answer;
}

std::string owner_of(const struct stat& entry) {
  const passwd* owner = ::getpwuid(entry.st_uid);
  return owner ? owner->pw_name : fmt::format("uid {}", entry.st_uid);
}

Task<Answer> state(Examination& examination) {
  const std::string& user = examination.policy().project.user;
  const std::string path = examination.state.string();
  const std::string make = fmt::format("install -d -o {} -g orchestrate -m 2750 {}", user, path);
  struct stat entry{};
  if (::stat(path.c_str(), &entry) != 0) {
    if (errno != ENOENT) co_return refused(path + ": " + system_reason(errno), make);
    Answer answer;
    answer.advice.push_back(path + " is not there; the first run makes it, a worker cannot: " + make);
    co_return answer;
  }
  if (owner_of(entry) != user) co_return refused(path + " is of " + owner_of(entry) + ", not of " + user, make);
  if ((entry.st_mode & S_IWOTH) != 0) co_return refused("everybody may write to " + path, "chmod o-w " + path);
  co_return passed(path);
}

constexpr std::array checks = {
    Check{"daemon", "", running},
    Check{"worker", "", worker},
    Check{"state", "", state},
};

}  // namespace

std::span<const Check> worker_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
