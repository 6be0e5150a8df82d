#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "backup/proof.hpp"
#include "backup/tools.hpp"
#include "doctor/examination.hpp"
#include "orchestrate/error.hpp"
#include "replacement/administration.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate::doctor {
namespace {

int major_of(const Examination& examination) {
  return examination.inspection.identity->server_version / 10000;
}

Task<Answer> client_tools(Examination& examination) {
  const auto& context = examination.inspection.context;
  const backup::ToolSearch search{.bin = examination.policy().postgres_bin};
  const auto tool =
      co_await backup::find_pg_restore(context.ports.commands, search, major_of(examination), context.stop);
  co_return passed(tool.path.string() + " " + tool.version);
}

bool goes_back_by_restore(const OnFailure& on_failure) {
  return on_failure.upgrade.remedy == Remedy::restore || on_failure.after_upgrade.remedy == Remedy::restore;
}

/// The way back makes a database beside the one that it replaces, and gives it the name. Where nobody will be there to
/// mend it, that must be possible now.
Task<Answer> replace_database(Examination& examination) {
  const auto& context = examination.inspection.context;
  const auto found = co_await replacement::obstacles_to_replace(context.application, context.ports.databases,
                                                                *examination.inspection.identity, context.stop);
  Answer answer;
  for (const Obstacle& obstacle : found)
    if (goes_back_by_restore(examination.policy().on_failure))
      answer.obstacles.push_back(
          {"a restore beside the present database could not be done: " + obstacle.what, obstacle.fix});
    else
      answer.advice.push_back(
          fmt::format("a restore beside the present database could not be done: {}: {}", obstacle.what, obstacle.fix));
  co_return answer;
}

bool restores(const Policy& policy) {
  if (policy.stage_of_kind("rehearsal")) return true;
  return std::ranges::any_of(policy.pipeline, [](const StageSpec& spec) {
    return spec.kind == "backup" && spec.settings.text("verify") != to_string(backup::Level::intact);
  });
}

/// A server of our own, of the same major version, is where a dump is restored without touching anybody's.
Task<Answer> server_programs(Examination& examination) {
  Answer answer;
  try {
    answer.found = scratch::server_programs(examination.policy().postgres_bin, major_of(examination)).string();
  } catch (const Error& error) {
    if (restores(examination.policy()))
      answer.obstacles.push_back({error.why(), error.hint()});
    else
      answer.advice.push_back(error.why() + ", so no dump can be restored here to be looked at: " + error.hint());
  }
  co_return answer;
}

constexpr std::array checks = {
    Check{"pg_restore", "database", client_tools},
    Check{"right to restore", "database", replace_database},
    Check{"place to restore", "database", server_programs},
};

}  // namespace

std::span<const Check> restore_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
