#include "schema/backends.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate {

using namespace std::chrono_literals;

std::string migration_application_name(const std::string& run_id) {
  return "orchestrate upgrade " + run_id;
}

Task<> cancel_backends(Database& database, std::string application_name) {
  const std::string sql =
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = "
      "current_database()";
  const std::vector<std::string> parameters = {application_name};
  const std::stop_token unstoppable;
  co_await database.query(sql, parameters, unstoppable);
}

Task<> wait_for_backends(Database& database, Clock& clock, std::string application_name,
                         std::chrono::milliseconds patience) {
  const std::string sql =
      "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()";
  const std::vector<std::string> parameters = {application_name};
  const auto until = clock.boot() + patience;
  for (;;) {
    const Rows rows = co_await database.query(sql, parameters, {});
    if (rows.rows.empty()) co_return;
    const std::string pid = rows.rows.front().front().value_or("");
    if (clock.boot() >= until)
      throw Error(ErrorKind::failed, "wait for the migration's sessions to end", "backend " + pid + " still works",
                  "wait for it, or SELECT pg_cancel_backend(" + pid + ")");
    co_await clock.sleep(100ms, {});
  }
}

}  // namespace orchestrate
