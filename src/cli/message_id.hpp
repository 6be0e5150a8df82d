#pragma once

#include <string_view>

#include "orchestrate/event.hpp"
#include "orchestrate/ledger.hpp"

namespace orchestrate::cli {

/// The MESSAGE_ID of what is copied to the journal; systemd/orchestrate.catalog says of each what it means and what
/// comes next. An id is for ever: people search their journals for it.
struct MessageId {
  std::string_view operator()(const RunCreated&) const { return "0b89f7355e744013aa43802a3375efcd"; }
  std::string_view operator()(const StageStarted&) const { return "1d1a4cf692da407cb79b7936b5e2af26"; }
  std::string_view operator()(const FactRecorded&) const { return "5a503f8338cc44ae8e4513aa9aa24197"; }
  std::string_view operator()(const StageFinished&) const { return "178a75954a5e45d1b7de33392955758c"; }
  std::string_view operator()(const RunFinished&) const { return "7a5043e35d87416584b01e7466392770"; }
  std::string_view operator()(const RunResumed&) const { return "634a70d56a9d422bb3bad46457f54f0e"; }
  std::string_view operator()(const CancelRequested&) const { return "049fcd55b6814587b80d833a5d935242"; }
  std::string_view operator()(const RunAborted&) const { return "afcacf497b5c4b738597b39e59b91311"; }
  std::string_view operator()(const RecoveryStarted&) const { return "ee0f22695b35491cb1bdf8fc7518c8b0"; }
  std::string_view operator()(const RunConfirmed&) const { return "f9905b8033064738a95e05c0dce8ef74"; }
  std::string_view operator()(const Approval&) const { return "d6cacac1be1848869c713ea06d2a83bb"; }
  std::string_view operator()(const BackupVerification&) const { return "77186c070f8248bcb98474b1f692d720"; }
  std::string_view operator()(const BackupExpiry&) const { return "9dcd90ad6538459ea8067394987e660e"; }
  std::string_view operator()(const GateOpening&) const { return "b24b00a4febd4bc7a76d2b235fd617c4"; }
};

}  // namespace orchestrate::cli
