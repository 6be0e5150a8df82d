#pragma once

#include <filesystem>

#include "ledger/chain.hpp"
#include "ledger/sqlite.hpp"
#include "orchestrate/ledger.hpp"
#include "orchestrate/secret.hpp"

namespace orchestrate {

/// The ledger in one SQLite file: one table of events, chained by their hashes.
class SqliteLedger final : public Ledger {
 public:
  SqliteLedger(const std::filesystem::path& file, LedgerAccess access, Redactor redactor);

  Event append(const std::string& run, const EventBody& body, Time at) override;
  void approve(const Approval& approval) override;
  void open_gate(const GateOpening& opening, Time at) override;
  void note_verification(const BackupVerification& verification) override;
  void note_expiry(const BackupExpiry& expiry) override;
  void reserve(std::uint64_t bytes) override;

  std::vector<Event> events(const std::string& run) const override;
  std::vector<std::string> runs(std::size_t limit) const override;
  std::vector<Approval> approvals() const override;
  std::optional<GateOpening> gate_opening() const override;
  std::optional<BackupVerification> verification() const override;
  std::vector<BackupVerification> verifications() const override;
  std::optional<Time> last_expiry() const override;
  std::vector<Event> providing(std::string_view evidence) const override;
  std::optional<std::string> unfinished() const override;

 private:
  /// Throws Error (`busy`) when a run other than `but` is unfinished.
  void refuse_second_run(const std::string& but) const;
  ChainRow insert(std::optional<std::string> run, Time at, std::string_view type, std::string body);

  Sqlite sqlite_;
  Redactor redactor_;
};

}  // namespace orchestrate
