#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "orchestrate/error.hpp"
#include "orchestrate/stage.hpp"
#include "stages/migration_limits.hpp"
#include "stages/own_sessions.hpp"

namespace orchestrate {

/// What ended one of the migration's statements: we did, since it was over a limit.
struct Cancelled {
  enum class Limit { lock, statement } limit = Limit::lock;
  std::string why;  ///< "waited longer than 5 s for a lock on cfg.panels held by pid 812 (...)"
};

/// Sessions of others that waited for something that the migration held, or waited for itself.
struct Hindered {
  std::set<std::string> sessions;  ///< pid and beginning
  std::chrono::milliseconds longest{0};
};

/// A session of ours beside a migration: it tells who keeps the migration waiting and whom it keeps waiting, and
/// cancels a statement that is over one of `limits`, unless the migration's driver took its name from the environment
/// and so its limits too: where those are other ones by now, the migration itself has set them. When the watch is lost,
/// the migration goes on while a new session is sought.
class MigrationWatch {
 public:
  MigrationWatch(StageContext& context, MigrationLimits limits) : context_(context), limits_(limits) {}

  /// Before each attempt: whoever is there now is not the migration. Throws Error when the driver is known to
  /// ignore limits, and there is no session.
  Task<> begin();
  /// What the watch could not see to is in the exit's `trouble`.
  Task<Exit> run(Command command);
  /// Cancels what the migration's sessions are still doing after their client's end, in a session of the caller's.
  Task<> cancel_all(Database& database);

  /// Adds whom this attempt kept waiting, as far as that was seen, to the details, and to the summary where somebody
  /// waited long; it is a fact of the run.
  void tell_hindered(Outcome& outcome);

  /// In this attempt.
  const std::optional<Cancelled>& cancelled() const { return cancelled_; }

 private:
  Task<> watch(std::stop_token stop);
  Task<> look(std::stop_token stop);
  Task<> cancel(ClientSession session, Cancelled over);
  std::optional<Cancelled> over_limit(const ClientSession& session) const;
  void note_hindered(const std::vector<ClientSession>& sessions);
  void lost(const Error& error);

  StageContext& context_;
  MigrationLimits limits_;
  std::unique_ptr<Database> session_;
  std::optional<OwnSessions> own_;
  std::string last_cancelled_;  // when that statement began: once is enough
  std::optional<Cancelled> cancelled_;
  std::string trouble_;
  std::map<std::string, Hindered> hindered_;  // by what they waited for
};

}  // namespace orchestrate
