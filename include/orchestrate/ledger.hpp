#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/event.hpp"
#include "orchestrate/finding.hpp"
#include "orchestrate/run.hpp"

namespace orchestrate {

/// A person lets services start for a while, whatever the schema is.
struct GateOpening {
  Time until;  ///< in the past: it was closed again
  std::string reason, by;
  bool operator==(const GateOpening&) const = default;
};

/// What a look at a backup found, outside any run.
struct BackupVerification {
  enum class Of { newest, other };  ///< the one that an upgrade would rest on, or another
  Time at;
  std::string summary, by;
  Json proof;                ///< as the evidence of a `backup` stage; null: it is not good, or nobody could tell
  std::string damaged = {};  ///< the path of the dump whose bytes were found to be bad; empty: none was
  Of of = Of::newest;
  bool is_answer = true;  ///< else something was in the way, a full disk, say, which tells nothing about the dump
  std::string_view verdict() const { return !proof.is_null() ? "good" : is_answer ? "not good" : "not proven"; }
  bool operator==(const BackupVerification&) const = default;
};

/// A dump of ours that is about to be removed, outside any run.
struct BackupExpiry {
  Time at;
  std::string path, sha256, reason, by;
  bool operator==(const BackupExpiry&) const = default;
};

/// The backup that a run which changed the database can be undone from.
struct BackupPin {
  std::string path, run;
  bool operator==(const BackupPin&) const = default;
};

/// What a ledger tells about an app's backups.
struct BackupMemory {
  std::vector<Json> proofs;         ///< what runs and nights found, the oldest first: facts of evidence `backup.*`
  std::vector<BackupPin> pins;      ///< of runs that nobody has confirmed yet
  std::optional<Time> last_expiry;  ///< what the clock said then
};

/// The newest rehearsal that passed: facts of its evidence.
struct LastRehearsal {
  Json facts;
  Time at;
};

/// What a ledger tells about whether services may start.
struct GateMemory {
  std::optional<Run> migration;  ///< the one under way, or the newest that left something
  std::optional<GateOpening> opening;
};

/// Runs of an app as somebody keeps them. Throws Error: unreadable is never "empty".
class RunHistory {
 public:
  virtual ~RunHistory() = default;
  /// Empty: there is no such run.
  virtual std::vector<Event> events(const std::string& run) const = 0;
  /// Newest first.
  virtual std::vector<std::string> runs(std::size_t limit) const = 0;
};

/// One app's durable memory. Each append is on disk when it returns.
class Ledger : public RunHistory {
 public:
  virtual Event append(const std::string& run, const EventBody& body, Time at) = 0;
  virtual void approve(const Approval& approval) = 0;
  virtual void open_gate(const GateOpening& opening, Time at) = 0;
  virtual void note_verification(const BackupVerification& verification) = 0;
  virtual void note_expiry(const BackupExpiry& expiry) = 0;
  /// Takes disk space now for at least `bytes` of coming events, so that a disk which fills up later loses none.
  virtual void reserve(std::uint64_t bytes) = 0;

  virtual std::vector<Approval> approvals() const = 0;
  /// The newest one.
  virtual std::optional<GateOpening> gate_opening() const = 0;
  /// The newest look at the backup that an upgrade would rest on.
  virtual std::optional<BackupVerification> verification() const = 0;
  /// All, the oldest first.
  virtual std::vector<BackupVerification> verifications() const = 0;
  /// When a dump was last about to be removed, by a run or outside any.
  virtual std::optional<Time> last_expiry() const = 0;
  /// Ends of stages that provided this evidence, in any run; the oldest first.
  virtual std::vector<Event> providing(std::string_view evidence) const = 0;
  /// Created and not finished; at most one by a unique index.
  virtual std::optional<std::string> unfinished() const = 0;
};

}  // namespace orchestrate
