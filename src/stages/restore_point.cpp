#include "stages/restore_point.hpp"

#include <array>

#include "git/restore_point.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

constexpr std::array<std::string_view, 2> modes = {"ref", "commit"};
constexpr std::array keys = {
    Key{"mode", ValueType::choice, Presence::optional, "ref",
        "ref keeps the work tree under refs/orchestrate and leaves the branch alone; commit commits it on the branch",
        modes},
    Key{"message", ValueType::text, Presence::optional, "restore point before migration work", "Message of the commit"},
    Key{"max_file", ValueType::size, Presence::optional, "10MiB", "A larger untracked file is refused"},
};
constexpr std::array provides = {evidence::restore_point_recorded};

constexpr std::size_t short_commit = 7;

bool on_branch(const Settings& settings) {
  return settings.text("mode") == "commit";
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Outcome refused(const std::vector<Obstacle>& obstacles) {
  Outcome outcome{Verdict::failed, obstacles.front().what};
  if (obstacles.size() > 1) outcome.summary += " (and " + std::to_string(obstacles.size() - 1) + " more)";
  for (const Obstacle& obstacle : obstacles) outcome.details.push_back(obstacle.text());
  outcome.next = obstacles.front().fix;
  return outcome;
}

class RestorePointStage final : public Stage {
 public:
  explicit RestorePointStage(Settings settings) : settings_(std::move(settings)) {}

  std::string describe() const override {
    return on_branch(settings_) ? "commit the checkout on its branch" : "keep the checkout under refs/orchestrate";
  }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const Git git(context.ports.commands, {policy.project.user, context.application.home}, policy.project.path,
                  context.stop);
    const auto looked = co_await look_at(git);
    if (const Obstacle* obstacle = std::get_if<Obstacle>(&looked)) {
      const std::vector<Obstacle> only = {*obstacle};
      co_return refused(only);
    }
    const auto& repository = std::get<Repository>(looked);
    const std::vector<Obstacle> found = obstacles(repository, settings_.size("max_file").bytes);
    if (!found.empty()) co_return refused(found);
    if (context.output.empty()) co_return Outcome{Verdict::passed, "would " + describe()};
    co_return co_await record(context, git, repository);
  }

 private:
  Task<Outcome> record(StageContext& context, Git git, Repository repository) const {
    RestorePointRequest request;
    request.ref = "refs/orchestrate/" + context.run.id;
    request.message = settings_.text("message");
    request.host = context.ports.host.name();
    request.scratch = context.output.parent_path();
    context.record(fact::restore_point_before, Json::object({{"mode", settings_.text("mode")},
                                                             {"ref", request.ref},
                                                             {"head", text_or_null(repository.status.head)},
                                                             {"branch", text_or_null(repository.status.branch)}}));
    const auto keep = on_branch(settings_) ? keep_on_branch : keep_beside;
    co_return recorded(co_await keep(git, repository, request));
  }

  Outcome recorded(const RestorePoint& point) const {
    const std::string branch = point.branch.value_or("a detached HEAD");
    Outcome outcome{Verdict::passed, "commit " + point.commit.substr(0, short_commit)};
    outcome.summary += on_branch(settings_) ? " on " + branch : " in " + point.ref;
    outcome.evidence.push_back(
        {std::string(evidence::restore_point_recorded), Json::object({{"mode", settings_.text("mode")},
                                                                      {"commit", point.commit},
                                                                      {"ref", point.ref},
                                                                      {"head_before", text_or_null(point.head_before)},
                                                                      {"branch", text_or_null(point.branch)}})});
    return outcome;
  }

  Settings settings_;
};

std::vector<std::string> problems(const Settings& settings) {
  if (settings.size("max_file").factor == 0) return {};
  return {"max_file is a size such as 10MiB, not a multiple"};
}

}  // namespace

const StageKind restore_point_stage{
    .name = "restore_point",
    .purpose = "Keep the checkout as it is before the upgrade, as a git commit.",
    .keys = keys,
    .needs = {},
    .provides = provides,
    .effect = [](const Settings& settings) { return on_branch(settings) ? Effect::changes : Effect::keeps; },
    .timeout = std::chrono::minutes(10),
    .problems = problems,
    .bind = [](const StageSpec& spec, const Policy&) -> std::unique_ptr<Stage> {
      return std::make_unique<RestorePointStage>(spec.settings);
    },
};

}  // namespace orchestrate
