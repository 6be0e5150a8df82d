#include "ledger/sqlite_error.hpp"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace orchestrate {
namespace {

/// How one of SQLite's result codes reads to an operator. An empty `why` is SQLite's own message.
struct Reading {
  int code;
  ErrorKind kind;
  std::string_view why, hint;
};

constexpr std::string_view damaged_hint =
    "keep a copy of it, then put back the newest intact copy, or move it away to begin an empty history";
constexpr std::string_view owner_hint = "run this as the application's user, who owns the file";

// Extended codes stand before the code that they extend: the first match counts.
constexpr std::array readings = {
    Reading{SQLITE_READONLY_ROLLBACK, ErrorKind::failed, "its writer died in the middle of a write",
            "the next run as the application's user repairs it"},
    Reading{SQLITE_READONLY_DIRECTORY, ErrorKind::denied, "its directory is not writable", owner_hint},
    Reading{SQLITE_READONLY, ErrorKind::denied, "it is not writable",
            "run this as the application's user, on a file system that is mounted read-write"},
    Reading{SQLITE_PERM, ErrorKind::denied, {}, owner_hint},
    Reading{SQLITE_FULL, ErrorKind::failed, "no space left on device",
            "the last event was not written, all before it are safe; free space on its file system"},
    Reading{SQLITE_BUSY, ErrorKind::busy, "another process keeps it locked",
            "try again when that process has ended; fuser -v names it"},
    Reading{SQLITE_INTERRUPT, ErrorKind::failed, "it takes too long to read", damaged_hint},
    Reading{SQLITE_TOOBIG, ErrorKind::failed, "it holds more than is read at once", damaged_hint},
    Reading{SQLITE_CORRUPT, ErrorKind::failed, "it is damaged", damaged_hint},
    Reading{SQLITE_NOTADB, ErrorKind::failed, "it is damaged: not an SQLite file", damaged_hint},
};

ErrorKind kind_of_errno(int number) {
  return number == EACCES || number == EPERM ? ErrorKind::denied : ErrorKind::failed;
}

}  // namespace

Error sqlite_error(const std::filesystem::path& file, LedgerAccess access, const SqliteFailure& failure) {
  const std::string doing = (access == LedgerAccess::write ? "write the ledger " : "read the ledger ") + file.string();
  for (const Reading& reading : readings)
    if (failure.code == reading.code || (failure.code & 0xff) == reading.code)
      return {reading.kind, doing, reading.why.empty() ? failure.message : std::string(reading.why),
              std::string(reading.hint)};
  const int primary = failure.code & 0xff;
  const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;  // else errno is an older one
  if (from_system && failure.system_error != 0)
    return {kind_of_errno(failure.system_error), doing, system_reason(failure.system_error),
            failure.system_error == EACCES ? std::string(owner_hint) : std::string{}};
  return {ErrorKind::failed, doing, failure.message};
}

}  // namespace orchestrate
