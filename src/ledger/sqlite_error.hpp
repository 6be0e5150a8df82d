#pragma once

#include <filesystem>
#include <string>

#include "ledger/access.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {

/// What SQLite said, as far as an Error needs it.
struct SqliteFailure {
  int code = 0;          ///< extended result code
  int system_error = 0;  ///< errno of the call behind it; 0 when there was none
  std::string message;
};

Error sqlite_error(const std::filesystem::path& file, LedgerAccess access, const SqliteFailure& failure);

}  // namespace orchestrate
