#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "orchestrate/names.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate {

/// A client's session in the app's database, as far as pg_stat_activity shows it to our role.
struct ClientSession {
  std::string pid, began;  ///< both together are never used again; `began` is empty when hidden from us
  std::string application_name;
  std::string client;                   ///< "127.0.0.1:40312"; "local" over a unix socket; empty when hidden from us
  std::string statement_began;          ///< empty when hidden from us
  std::chrono::milliseconds running{};  ///< since then; 0 when none runs
  std::string waits_for;                ///< "a lock on cfg.panels"; empty when it waits for none
  std::string wait_began;               ///< empty in the first moment
  std::chrono::milliseconds waited{};   ///< since then
  std::string held_by;  ///< "pid 812 (user shop, idle in transaction, 34 s)"; empty when nobody is known
  std::vector<std::string> blocked_by;  ///< pids; `0` is a prepared transaction
  bool holds_version_table = false;     ///< any lock on it
};

/// All but our own session.
Task<std::vector<ClientSession>> client_sessions(Database& database, TableName version_table, std::stop_token stop);

/// Cancels that very statement, or the statement while it is in that very wait for a lock. False when that had ended;
/// throws Error when we may not.
Task<bool> cancel_statement(Database& database, ClientSession session);
Task<bool> cancel_wait(Database& database, ClientSession session);

}  // namespace orchestrate
