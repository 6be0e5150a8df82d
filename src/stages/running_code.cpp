#include "stages/running_code.hpp"

#include "git/repository.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

/// This run's restore point is the checkout, with what nobody had committed; it was made just before the upgrade.
Task<std::optional<std::string>> commit_of(const StageContext& context) {
  const Json& point = context.run.evidence(evidence::restore_point_recorded);
  if (!point.is_null() && !context.run.restores()) co_return point.text_or("commit");
  const Policy& policy = context.application.policy;
  const Git git(context.ports.commands, {policy.project.user, context.application.home}, policy.project.path,
                context.stop);
  const auto looked = co_await look_at(git);
  const auto* repository = std::get_if<Repository>(&looked);
  if (!repository || !repository->status.clean()) co_return std::nullopt;
  co_return repository->status.head;
}

}  // namespace

Task<std::optional<Evidence>> running_code(const StageContext& context) {
  std::optional<std::string> commit;
  try {
    commit = co_await commit_of(context);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;  // git does not say: then nobody knows
  }
  if (!commit) co_return std::nullopt;
  co_return Evidence{std::string(evidence::code_running), Json::object({{"commit", *commit}})};
}

}  // namespace orchestrate
