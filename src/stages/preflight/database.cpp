#include <fmt/format.h>

#include <array>

#include "orchestrate/error.hpp"
#include "schema/text_array.hpp"
#include "stages/database_session.hpp"
#include "stages/preflight/check.hpp"
#include "stages/preflight/privileges.hpp"

namespace orchestrate::preflight {
namespace {

constexpr int oldest_server = 120000;  // server_version_num; the catalog is asked for columns that 11 has not

Task<Answer> database(Inspection& inspection) {
  try {
    inspection.database = co_await open_session(inspection.context, inspection.context.stop);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    const std::string hint =
        error.hint().empty() ? "start the server, or correct migrations.database_url" : error.hint();
    co_return refused(error.doing() + ": " + error.why(), hint);
  }
  inspection.identity = co_await read_identity(*inspection.database, inspection.context.stop);
  const std::string& variable = inspection.application().database_variable;
  co_return passed(inspection.application().for_sessions().redacted() + (variable.empty() ? "" : " by " + variable));
}

Task<Answer> server_version(Inspection& inspection) {
  const int version = inspection.identity->server_version;
  if (version >= oldest_server) co_return passed(fmt::format("PostgreSQL {}.{}", version / 10000, version % 10000));
  co_return refused(fmt::format("the server is PostgreSQL {}", version / 10000),
                    "upgrade it to PostgreSQL 12 or newer");
}

/// Behind a transaction pooler a session is not a session: advisory locks and settings would go to others.
Task<Answer> pooler(Inspection& inspection) {
  const Rows rows = co_await inspection.database->query("SELECT pg_backend_pid()", inspection.context.stop);
  if (rows.rows.at(0).at(0) == std::to_string(inspection.database->backend_pid())) co_return passed();
  co_return refused(inspection.application().for_sessions().redacted() + " leads through a connection pooler",
                    "add migrations.direct_url with the server's own address");
}

/// Asked in a session that we did not make read-only ourselves.
Task<Answer> writable(Inspection& inspection) {
  SessionOptions options;
  options.read_only = false;
  const auto session = co_await inspection.context.ports.databases.connect(inspection.application().for_sessions(),
                                                                           options, inspection.context.stop);
  const std::string sql = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only'), current_user";
  const Rows rows = co_await session->query(sql, inspection.context.stop);
  const auto& row = rows.rows.at(0);
  if (row[0] == "t")
    co_return refused("the server is a replica, which nobody can write to", "name the primary's address");
  if (row[1] == "off") co_return passed();
  co_return refused("default_transaction_read_only is on for this role, database or server",
                    fmt::format("ALTER ROLE {} RESET default_transaction_read_only, or the same for the database",
                                quote_identifier(row[2].value_or(""))));
}

constexpr std::array checks = {
    Check{"database", "", database},     Check{"server version", "database", server_version},
    Check{"pooler", "database", pooler}, Check{"writable", "database", writable},
    Check{"role", "database", role},
};

}  // namespace

std::span<const Check> database_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
