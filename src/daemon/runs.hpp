#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "bus/connection.hpp"
#include "bus/published.hpp"
#include "bus/workers.hpp"
#include "daemon/ledger_watch.hpp"
#include "daemon/ledgers.hpp"
#include "daemon/rights.hpp"

namespace orchestrate::daemon {

/// The runs that clients look at, each an object on the bus that follows its ledger, at most four times a second.
class Runs {
 public:
  Runs(bus::Connection& connection, const Ledgers& ledgers, const Rights& rights, bus::Workers& workers);
  ~Runs();

  /// Its object's path; it appears if it was not there. Throws Error when its ledger cannot be read, or another app's
  /// run of that id is there.
  std::string publish(const std::string& app, const std::string& id);
  /// How it goes on now. Throws Error when its ledger cannot be read.
  bus::RunWords words(const std::string& app, const std::string& id) const;
  /// From now on its ledger is followed as long as its worker runs.
  void worker_changed(const std::string& app, const bus::WorkerState& state);
  /// No worker is started for it any more.
  void abandon(const Run& run);

 private:
  struct Entry;
  struct Pace;
  void grown(const std::string& app);
  void refresh(const std::string& app);
  void forget_one();

  bus::Connection& connection_;
  const Ledgers& ledgers_;
  const Rights& rights_;
  bus::Workers& workers_;
  LedgerWatch watch_;
  std::map<std::string, bus::WorkerState> states_;
  std::map<std::string, std::unique_ptr<Pace>> paces_;
  std::set<std::string> abandoned_;
  std::map<std::string, Entry> entries_;  ///< by run id
  std::uint64_t asked_ = 0;
};

}  // namespace orchestrate::daemon
