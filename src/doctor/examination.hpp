#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "bus/systemd_bus.hpp"
#include "init/jobs.hpp"
#include "init/unit_file.hpp"
#include "orchestrate/ledger.hpp"
#include "stages/checks.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::doctor {

/// What is looked at beside what preflight looks at.
struct Examination {
  preflight::Inspection& inspection;
  std::shared_ptr<bus::SystemdBus> bus;            ///< none: there is no systemd to be asked
  const std::vector<init::UnitFile>& services;     ///< all of this host
  const init::Jobs& jobs;                          ///< as far as whoever asks may see them
  const std::filesystem::path& state;              ///< the app's directory of state
  std::optional<BackupVerification> verification;  ///< the newest one

  const Policy& policy() const { return inspection.policy(); }
  /// Throws Error (`unreachable`).
  bus::SystemdBus& systemd() const;
};

using Check = CheckOf<Examination>;

std::span<const Check> unit_checks();
std::span<const Check> gate_checks();
std::span<const Check> worker_checks();
std::span<const Check> host_checks();
std::span<const Check> restore_checks();
std::span<const Check> rehearsal_checks();

/// All of them; they rest on preflight's `database`, which is asked before.
void add_questions(std::vector<Question>& questions, Examination& examination);

}  // namespace orchestrate::doctor
