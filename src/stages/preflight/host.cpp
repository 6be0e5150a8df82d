#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "git/repository.hpp"
#include "orchestrate/error.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {
namespace {

namespace fs = std::filesystem;

Obstacle unit_problem(const std::string& unit, const UnitState& state) {
  if (state.load_state == "masked") return {unit + " is masked, so nothing can start it", "systemctl unmask " + unit};
  if (state.load_state == "not-found")
    return {unit + " does not exist", "correct services, or systemctl daemon-reload"};
  return {unit + " is not loaded: systemd says " + state.load_state, "systemctl status " + unit};
}

Task<Answer> services(Inspection& inspection) {
  Answer answer;
  for (const UnitName& unit : inspection.policy().units()) {
    const UnitState state = co_await inspection.context.ports.services.state(unit, inspection.context.stop);
    if (state.load_state != "loaded") answer.obstacles.push_back(unit_problem(unit.text(), state));
  }
  co_return answer;
}

/// Without the right to read, zero lines would look like a quiet service.
Task<Answer> journal(Inspection& inspection) {
  if (!inspection.policy().stage_of_kind("journal") || inspection.context.ports.journal.readable()) co_return passed();
  co_return refused("the system's journal cannot be read",
                    "usermod -aG systemd-journal " + inspection.policy().project.user);
}

/// Where the pipeline's backups are, and where our state is; that does not exist yet: its nearest parent.
std::set<fs::path> directories_that_grow(const Inspection& inspection) {
  std::set<fs::path> directories;
  for (const StageSpec& spec : inspection.policy().pipeline) {
    if (spec.kind != "backup") continue;
    if (spec.settings.has("take")) directories.insert(spec.settings.text("take"));
    if (spec.settings.has("check")) directories.insert(fs::path(spec.settings.text("check")).parent_path());
  }
  if (!inspection.context.output.empty()) directories.insert(inspection.context.output.parent_path());
  std::set<fs::path> existing;
  for (fs::path directory : directories) {
    directory = inspection.policy().project.path / directory;
    while (!fs::exists(directory) && directory.has_relative_path()) directory = directory.parent_path();
    existing.insert(directory);
  }
  return existing;
}

std::string gigabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1U << 30));
}

Task<std::uint64_t> space_needed(Inspection& inspection) {
  const Size wanted = inspection.settings.size("free_space");
  if (wanted.factor == 0) co_return wanted.bytes;
  const std::string sql = "SELECT pg_database_size(current_database())";
  const Rows rows = co_await inspection.database->query(sql, inspection.context.stop);
  co_return static_cast<std::uint64_t>(std::stod(*rows.rows.at(0).at(0)) * wanted.factor);
}

Task<Answer> free_space(Inspection& inspection) {
  const std::uint64_t needed = co_await space_needed(inspection);
  Answer answer;
  for (const fs::path& directory : directories_that_grow(inspection)) {
    const std::uint64_t free = inspection.context.ports.host.space(directory).available;
    if (free >= needed) continue;
    answer.obstacles.push_back(
        {fmt::format("{} has {} free, {} are needed", directory.string(), gigabytes(free), gigabytes(needed)),
         fmt::format("free {} there, or lower preflight.free_space", gigabytes(needed - free))});
  }
  co_return answer;
}

Task<Answer> checkout(Inspection& inspection) {
  const StageSpec* spec = inspection.policy().stage_of_kind("restore_point");
  if (!spec) co_return passed();  // nothing is going to ask git
  const Policy& policy = inspection.policy();
  const Git git(inspection.context.ports.commands, {policy.project.user, inspection.application().home},
                policy.project.path, inspection.context.stop);
  const auto looked = co_await look_at(git);
  Answer answer;
  if (const Obstacle* obstacle = std::get_if<Obstacle>(&looked))
    answer.obstacles.push_back(*obstacle);
  else
    answer.obstacles = obstacles(std::get<Repository>(looked), spec->settings.size("max_file").bytes);
  co_return answer;
}

constexpr std::array checks = {
    Check{"services", "", services},
    Check{"journal", "", journal},
    Check{"git", "project path", checkout},
    Check{"free space", "database", free_space},
};

}  // namespace

std::span<const Check> host_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
