#pragma once

#include <string>
#include <vector>

#include "bus/published.hpp"
#include "daemon/ledgers.hpp"
#include "daemon/rights.hpp"
#include "daemon/runs.hpp"
#include "daemon/worker_starts.hpp"

namespace orchestrate::daemon {

/// Who may have a run begun, and which one it is then.
class Manager final : public bus::ManagerApi {
 public:
  Manager(const Ledgers& ledgers, const Rights& rights, WorkerStarts& starts, Runs& runs)
      : ledgers_(ledgers), rights_(rights), starts_(starts), runs_(runs) {}

  Task<std::string> start(std::string client, std::string app, std::string verb, Json options) override;
  Task<std::vector<bus::RunRow>> list_runs(std::string client, std::string app, std::uint32_t limit) override;
  Task<std::string> get_run(std::string client, std::string id) override;

 private:
  const Ledgers& ledgers_;
  const Rights& rights_;
  WorkerStarts& starts_;
  Runs& runs_;
};

}  // namespace orchestrate::daemon
