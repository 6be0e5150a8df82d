#include "stages/bench.hpp"

#include "system/clock.hpp"
#include "system/database.hpp"

namespace orchestrate {

StageBench::StageBench() : databases(system::make_databases()), clock(system::make_clock(checkout.io())) {
  application.policy.app = "bot";
  application.policy.project.path = checkout.path();
  application.policy.project.user = "bot";
  application.home = checkout.home().string();
}

Outcome StageBench::run(const StageKind& kind, const Settings& settings) {
  return run_with(kind, settings, checkout.scratch() / "stage.log");
}

Outcome StageBench::dry_run(const StageKind& kind, const Settings& settings) {
  return run_with(kind, settings, {});
}

void StageBench::prove(const std::vector<Evidence>& evidence) {
  StageRecord earlier{.name = "earlier", .state = StageRecord::State::passed};
  earlier.outcome = {Verdict::passed, "", {}, evidence, {}};
  so_far.stages.push_back(std::move(earlier));
}

Outcome StageBench::run_with(const StageKind& kind, const Settings& settings, const std::filesystem::path& output) {
  Ports ports{checkout.commands(), *databases, services, journal, host, *clock, network};
  StageContext context{.application = application,
                       .ports = ports,
                       .run = so_far,
                       .approvals = approvals,
                       .applied = applied,
                       .gate = gate,
                       .backups = backups,
                       .target = target,
                       .output = output,
                       .stop = stop.get_token()};
  if (!output.empty()) context.state = checkout.scratch() / "state";
  context.rehearsed = rehearsed;
  context.progress = [this](std::string line) {
    progress.push_back(std::move(line));
    on_progress();
  };
  context.record = [this, &kind](std::string_view name, const Json& value) {
    facts.emplace_back(std::string(name), value);
    const Event event{0, "r1", {}, FactRecorded{std::string(kind.name), std::string(name), value}};
    so_far = apply(std::move(so_far), event);
  };
  const StageSpec spec{.kind = std::string(kind.name), .name = std::string(kind.name), .settings = settings};
  const auto stage = kind.bind(spec, application.policy);
  return checkout.wait(stage->run(context));
}

std::string text_of(const Outcome& outcome) {
  std::string text;
  for (const std::string& line : outcome.details) text += line + "\n";
  return text;
}

}  // namespace orchestrate
