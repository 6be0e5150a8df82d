#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::backup {

/// Rows of each ordinary table, by its quoted name: `cfg.panels`. Tables of extensions are theirs, not counted.
using RowCounts = std::map<std::string, std::uint64_t>;

std::uint64_t rows_in(const RowCounts& counts);

/// Whether a session is in a transaction. There, a plan locks all indexes of its table until the end, and with
/// thousands of tables no lock is left for anybody: they are given back now and then.
enum class Transaction { none, open };
/// To be called before table `number`, from 0, is asked for.
Task<> give_back_locks(Database& session, Transaction transaction, std::size_t number, std::stop_token stop);

/// Of the database as the session sees it.
Task<RowCounts> count_rows(Database& session, std::stop_token stop, Transaction transaction = Transaction::none);

/// Sets how values are written as text, alike on every server, for the rest of the session.
Task<> settle_text_form(Database& session, std::stop_token stop);

/// The names of the tables that are counted.
Task<std::vector<std::string>> counted_tables(Database& session, std::stop_token stop);

/// One moment of a database, which pg_dump and our own counts see alike, as long as it lives. Its tables are locked
/// against DDL (ACCESS SHARE) before the moment: a TRUNCATE in between would give an empty dump and counts that agree.
/// Its session's text form is settled.
class Snapshot {
 public:
  /// Throws Error (`failed`) where a table stays locked for longer than `lock_wait`.
  static Task<std::unique_ptr<Snapshot>> take(Databases& databases, DatabaseUrl url,
                                              std::chrono::milliseconds lock_wait, std::stop_token stop);

  /// For `pg_dump --snapshot`.
  const std::string& id() const { return id_; }
  Database& session() { return *session_; }

 private:
  explicit Snapshot(std::unique_ptr<Database> session) : session_(std::move(session)) {}
  std::unique_ptr<Database> session_;
  std::string id_;
};

}  // namespace orchestrate::backup
