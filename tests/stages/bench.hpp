#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "git/checkout.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/stage.hpp"
#include "system/connections.hpp"

namespace orchestrate {

/// systemd as a test writes it down; asked for other units it knows nothing.
class WrittenServices final : public ServiceManager {
 public:
  std::map<std::string, UnitState> units;
  std::map<std::string, UnitState> once_started;   ///< what a start or restart makes of a unit
  std::map<std::string, std::string> job_results;  ///< by unit; `done` when it names none
  std::vector<std::string> jobs;                   ///< "restart bot.service", in order

  Task<UnitState> state(UnitName unit, std::stop_token) override {
    const auto found = units.find(unit.text());
    co_return found == units.end() ? UnitState{.load_state = "not-found"} : found->second;
  }
  Task<JobEnd> restart(UnitName unit, std::stop_token) override { co_return begun("restart", unit.text()); }
  Task<JobEnd> start(UnitName unit, std::stop_token) override { co_return begun("start", unit.text()); }
  Task<JobEnd> stop(UnitName unit, std::stop_token) override { co_return ended("stop", unit.text()); }

 private:
  JobEnd begun(const std::string& verb, const std::string& unit) {
    if (const auto state = once_started.find(unit); state != once_started.end()) units[unit] = state->second;
    return ended(verb, unit);
  }
  JobEnd ended(const std::string& verb, const std::string& unit) {
    jobs.push_back(verb + " " + unit);
    const auto result = job_results.find(unit);
    return {result == job_results.end() ? "done" : result->second};
  }
};

/// The journal as a test writes it down: lines by unit and invocation.
class WrittenJournal final : public Journal {
 public:
  std::map<std::pair<std::string, std::string>, std::vector<JournalLine>> written;
  bool may_be_read = true;

  Task<std::vector<JournalLine>> lines(UnitName unit, std::string invocation, std::size_t limit) override {
    auto found = written[{unit.text(), invocation}];
    if (found.size() > limit) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
    co_return found;
  }
  bool readable() const override { return may_be_read; }
};

/// A host as written, with the real children of this program.
class WrittenHost final : public Host {
 public:
  FreeSpace free{100ULL << 30, 200ULL << 30};
  std::uint64_t memory = 2ULL << 30;

  FreeSpace space(const std::filesystem::path&) const override { return free; }
  std::uint64_t available_memory() const override { return memory; }
  std::vector<std::string> writers(const std::filesystem::path&) const override { return {}; }
  std::string name() const override { return "vps1"; }
  std::vector<Connection> connections_of_children() const override { return system::connections_of_children(); }
};

/// The one server that a test writes down.
class WrittenNetwork final : public Network {
 public:
  std::string refusal;  ///< not empty: nobody answers, and this is why
  int status = 200;
  std::vector<std::string> asked;

  Task<> connect(Endpoint server, std::chrono::milliseconds, std::stop_token) override {
    answer("connect " + server.host + " " + std::to_string(server.port));
    co_return;
  }
  Task<int> http_get(Endpoint server, std::string target, std::chrono::milliseconds, std::stop_token) override {
    answer("get " + server.host + " " + std::to_string(server.port) + " " + target);
    co_return status;
  }

 private:
  void answer(std::string question) {
    asked.push_back(std::move(question));
    if (!refusal.empty()) throw Error(ErrorKind::unreachable, "ask", refusal);
  }
};

/// One stage on a real checkout, with real commands, clock and databases, and a host, systemd and journal as written.
class StageBench {
 public:
  StageBench();

  /// Runs the stage as in a run.
  Outcome run(const StageKind& kind, const Settings& settings);
  /// Runs the stage as `plan` does: it may write nothing.
  Outcome dry_run(const StageKind& kind, const Settings& settings);

  /// Puts what an earlier stage proved into the run.
  void prove(const std::vector<Evidence>& evidence);

  Checkout checkout;
  WrittenServices services;
  WrittenJournal journal;
  WrittenHost host;
  WrittenNetwork network;
  std::unique_ptr<Databases> databases;
  std::unique_ptr<Clock> clock;
  Application application;
  std::vector<Approval> approvals;
  std::vector<AppliedRevision> applied;
  GateMemory gate;
  BackupMemory backups;
  std::optional<LastRehearsal> rehearsed;
  std::string target = "head";
  std::stop_source stop;
  Run so_far{.id = "r1"};
  std::vector<std::pair<std::string, Json>> facts;
  std::vector<std::string> progress;
  std::function<void()> on_progress = [] {};

 private:
  Outcome run_with(const StageKind& kind, const Settings& settings, const std::filesystem::path& output);
};

/// All details of an outcome, one per line.
std::string text_of(const Outcome& outcome);

}  // namespace orchestrate
