#include "ledger/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>

#include <memory>
#include <thread>

#include "ledger/sqlite_error.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

// Appends take milliseconds; whoever holds the lock longer is stuck.
constexpr int busy_timeout_ms = 5000;
constexpr int glance_timeout_ms = 200;  // longer than the sync of a commit

// Whoever follows a writer that was killed repairs the file when it opens it; a reader cannot.
constexpr auto repair_limit = std::chrono::seconds(3);
constexpr auto repair_interval = std::chrono::milliseconds(50);

// A glance at a file that somebody may have forged costs its reader no more than this.
constexpr auto glance_limit = std::chrono::seconds(1);
constexpr int glance_longest = 1 << 20;        // bytes of one text
constexpr std::size_t glance_most = 4U << 20;  // of all that is read for one question
constexpr std::size_t row_cost = 256;          // beside its texts
constexpr sqlite3_int64 glance_heap = 32 << 20;
constexpr int steps_between_looks = 10000;

// FULL: an event is on disk before the act that it announces.
constexpr std::string_view writer_settings = "PRAGMA synchronous = FULL;";
// No temporary file may stand between us and a commit when /tmp is full.
constexpr std::string_view common_settings = "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";

/// Whatever is put in the place of a ledger, or of its journal, leads nowhere else and is not waited for.
int open_plainly(const char* file, int flags, int mode) {
  return ::open(file, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode);
}

void have_files_opened_plainly() {
  static const bool once = [] {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xSetSystemCall(system, "open", reinterpret_cast<sqlite3_syscall_ptr>(&open_plainly)) == SQLITE_OK;
  }();
  if (!once)
    throw Error(ErrorKind::failed, "open a ledger", "SQLite does not let us say how its files are opened",
                "install Debian's libsqlite3-0");
}

/// Without links, so that SQLite may be told to follow none.
std::string resolved(const std::filesystem::path& file) {
  std::error_code none;
  const std::filesystem::path directory = std::filesystem::canonical(file.parent_path(), none);
  return (none ? file : directory / file.filename()).string();
}

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

Sqlite::Sqlite(std::filesystem::path file, LedgerAccess access)
    : file_(std::move(file)), access_(access), give_up_(std::chrono::steady_clock::now() + glance_limit) {
  have_files_opened_plainly();
  const int flags = access == LedgerAccess::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int always = SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
  const int code = sqlite3_open_v2(resolved(file_).c_str(), &connection_, flags | always, nullptr);
  // The destructor does not run when the constructor throws.
  const auto close = [](sqlite3* connection) { sqlite3_close(connection); };
  std::unique_ptr<sqlite3, decltype(close)> guard(connection_, close);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(connection_, access == LedgerAccess::glance ? glance_timeout_ms : busy_timeout_ms);
  if (access == LedgerAccess::glance) limit();
  execute(common_settings);
  if (access == LedgerAccess::write) execute(writer_settings);
  if (access == LedgerAccess::read) wait_for_repair();
  guard.release();
}

Sqlite::~Sqlite() {
  sqlite3_close(connection_);
}

void Sqlite::wait_for_repair() const {
  const auto give_up = std::chrono::steady_clock::now() + repair_limit;
  const auto look = [this] {
    return sqlite3_exec(connection_, "SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr);
  };
  while (look() == SQLITE_READONLY_ROLLBACK && std::chrono::steady_clock::now() < give_up)
    std::this_thread::sleep_for(repair_interval);
}

void Sqlite::limit() {
  sqlite3_hard_heap_limit64(glance_heap);
  sqlite3_limit(connection_, SQLITE_LIMIT_LENGTH, glance_longest);
  const auto is_over = [](void* self) { return static_cast<Sqlite*>(self)->is_late() ? 1 : 0; };
  sqlite3_progress_handler(connection_, steps_between_looks, is_over, this);
}

bool Sqlite::is_late() const {
  return access_ == LedgerAccess::glance && std::chrono::steady_clock::now() > give_up_;
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
  std::size_t read = 0;
  for (;;) {
    const int step = is_late() ? SQLITE_INTERRUPT : sqlite3_step(prepared);
    if (step == SQLITE_DONE) return rows;
    if (step != SQLITE_ROW) fail(step);
    rows.push_back(row_of(prepared));
    read += row_cost;
    for (const Value& value : rows.back()) read += value ? value->size() : 0;
    if (access_ == LedgerAccess::glance && read > glance_most) fail(SQLITE_TOOBIG);
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
