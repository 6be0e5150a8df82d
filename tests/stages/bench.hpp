#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "git/checkout.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// systemd as a test writes it down; asked for other units it knows nothing.
class WrittenServices final : public ServiceManager {
 public:
  std::map<std::string, UnitState> units;

  Task<UnitState> state(UnitName unit, std::stop_token) override {
    const auto found = units.find(unit.text());
    co_return found == units.end() ? UnitState{.load_state = "not-found"} : found->second;
  }
  Task<JobEnd> restart(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
  Task<JobEnd> start(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
  Task<JobEnd> stop(UnitName, std::stop_token) override { co_return JobEnd{"done"}; }
};

class SilentJournal final : public Journal {
 public:
  Task<std::vector<JournalLine>> lines(UnitName, std::string, std::size_t) override {
    co_return std::vector<JournalLine>{};
  }
  bool readable() const override { return true; }
};

class WrittenHost final : public Host {
 public:
  FreeSpace free{100ULL << 30, 200ULL << 30};

  FreeSpace space(const std::filesystem::path&) const override { return free; }
  std::vector<std::string> writers(const std::filesystem::path&) const override { return {}; }
  std::string name() const override { return "vps1"; }
};

/// One stage on a real checkout, with real commands, clock and databases, and a written host.
class StageBench {
 public:
  StageBench();

  /// Runs the stage as in a run.
  Outcome run(const StageKind& kind, const Settings& settings);
  /// Runs the stage as `plan` does: it may write nothing.
  Outcome dry_run(const StageKind& kind, const Settings& settings);

  Checkout checkout;
  WrittenServices services;
  WrittenHost host;
  std::unique_ptr<Databases> databases;
  Application application;
  std::vector<std::pair<std::string, Json>> facts;
  std::vector<std::string> progress;
  std::function<void()> on_progress = [] {};

 private:
  Outcome run_with(const StageKind& kind, const Settings& settings, const std::filesystem::path& output);

  SilentJournal journal_;
  std::unique_ptr<Clock> clock_;
  Run run_{.id = "r1"};
};

/// All details of an outcome, one per line.
std::string text_of(const Outcome& outcome);

}  // namespace orchestrate
