#include "stages/bench.hpp"

#include "system/clock.hpp"
#include "system/database.hpp"

namespace orchestrate {
StageBench::StageBench() : databases(system::make_databases()), clock_(system::make_clock(checkout.io())) {
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

Outcome StageBench::run_with(const StageKind& kind, const Settings& settings, const std::filesystem::path& output) {
  Ports ports{checkout.commands(), *databases, services, journal_, host, *clock_};
  const std::vector<Approval> approvals;
  StageContext context{.application = application,
                       .ports = ports,
                       .run = run_,
                       .approvals = approvals,
                       .target = "head",
                       .output = output,
                       .stop = {}};
  context.progress = [this](std::string line) {
    progress.push_back(std::move(line));
    on_progress();
  };
  context.record = [this](std::string name, Json value) { facts.emplace_back(std::move(name), std::move(value)); };
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
