#pragma once

#include <memory>

#include "orchestrate/ports.hpp"

namespace orchestrate::system {

/// One blocking session. Every method but abort() and alive() belongs to one thread at a time.
class Session {
 public:
  /// Throws Error (`unreachable`, one line with libpq's reason and a hint).
  static std::shared_ptr<Session> open(const DatabaseUrl& url, const SessionOptions& options);
  virtual ~Session() = default;

  virtual Rows query(const std::string& sql, const std::vector<std::string>& parameters) = 0;
  /// Cuts the connection, from any thread: a call that waits for the server returns at once. The server ends the
  /// statement within a second (client_connection_check_interval, PostgreSQL 14) or at its statement_timeout.
  virtual void abort() = 0;
  /// Whether the server has not closed the connection, as far as it has been heard.
  virtual bool alive() const = 0;
  /// PQbackendPID: what the server said at the session's start.
  virtual int backend_pid() const = 0;
};

}  // namespace orchestrate::system
