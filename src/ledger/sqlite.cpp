#include "ledger/sqlite.hpp"

#include <sqlite3.h>

#include <memory>

#include "ledger/sqlite_error.hpp"

namespace orchestrate {
namespace {

// Appends take milliseconds; whoever holds the lock longer is stuck.
constexpr int busy_timeout_ms = 5000;
constexpr int glance_timeout_ms = 200;  // longer than the sync of a commit

// FULL: an event is on disk before the act that it announces.
constexpr std::string_view writer_settings = "PRAGMA synchronous = FULL;";
// No temporary file may stand between us and a commit when /tmp is full.
constexpr std::string_view common_settings = "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Sqlite::Row row_of(sqlite3_stmt* statement) {
  Sqlite::Row row;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    row.push_back(text ? Sqlite::Value(std::string(text, size)) : std::nullopt);
  }
  return row;
}

}  // namespace

Sqlite::Sqlite(std::filesystem::path file, LedgerAccess access) : file_(std::move(file)), access_(access) {
  const int flags = access == LedgerAccess::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int code = sqlite3_open_v2(file_.c_str(), &connection_, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  // The destructor does not run when the constructor throws.
  const auto close = [](sqlite3* connection) { sqlite3_close(connection); };
  std::unique_ptr<sqlite3, decltype(close)> guard(connection_, close);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(connection_, access == LedgerAccess::glance ? glance_timeout_ms : busy_timeout_ms);
  execute(common_settings);
  if (access == LedgerAccess::write) execute(writer_settings);
  guard.release();
}

Sqlite::~Sqlite() {
  sqlite3_close(connection_);
}

void Sqlite::fail(int code) const {
  throw sqlite_error(file_, access_, {code, sqlite3_system_errno(connection_), sqlite3_errmsg(connection_)});
}

void Sqlite::execute(std::string_view script) {
  const int code = sqlite3_exec(connection_, std::string(script).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::vector<Sqlite::Row> Sqlite::query(std::string_view sql, std::initializer_list<Value> parameters) const {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
  const Statement statement(prepared);
  if (code != SQLITE_OK) fail(code);
  int position = 0;
  for (const Value& value : parameters) {
    ++position;
    const int bound =
        value ? sqlite3_bind_text(prepared, position, value->data(), static_cast<int>(value->size()), SQLITE_STATIC)
              : sqlite3_bind_null(prepared, position);
    if (bound != SQLITE_OK) fail(bound);
  }
  std::vector<Row> rows;
  for (;;) {
    const int step = sqlite3_step(prepared);
    if (step == SQLITE_DONE) return rows;
    if (step != SQLITE_ROW) fail(step);
    rows.push_back(row_of(prepared));
  }
}

Transaction::Transaction(Sqlite& sqlite) : sqlite_(sqlite) {
  sqlite_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    sqlite_.execute("ROLLBACK");
  } catch (const Error&) {
    // SQLite has already undone it by itself (disk full, I/O error); the first error is the one to tell.
  }
}

void Transaction::commit() {
  sqlite_.execute("COMMIT");
  open_ = false;
}

}  // namespace orchestrate
