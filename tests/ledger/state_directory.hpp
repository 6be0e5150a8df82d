#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "ledger/open.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {

/// A state directory of its own for one test, as the caller of open_ledger makes it.
class StateDirectory {
 public:
  StateDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ledger-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    ::chmod(path_.c_str(), 02750);
  }
  ~StateDirectory() { std::filesystem::remove_all(path_); }
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file() const { return path_ / "ledger.sqlite"; }
  std::unique_ptr<Ledger> writer(Redactor redactor = {}) const {
    return open_ledger(path_, LedgerAccess::write, std::move(redactor));
  }
  std::unique_ptr<Ledger> reader() const { return open_ledger(path_, LedgerAccess::read, {}); }

  /// What somebody with the sqlite3 shell could do.
  void sql(const std::string& script) const {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &connection), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(connection, script.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_free(message);
    sqlite3_close(connection);
  }

 private:
  std::filesystem::path path_;
};

/// The one line of the Error that `act` ends with; empty when it does not.
inline std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

inline const Time nine = parse_utc("2026-11-20T09:00:00Z");

inline RunCreated apply_of(const std::string& app) {
  return {.app = app, .verb = "apply", .target = "head", .stages = {"backup", "upgrade"}};
}

}  // namespace orchestrate
