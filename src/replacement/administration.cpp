#include "replacement/administration.hpp"

namespace orchestrate::replacement {
namespace {

using namespace std::chrono_literals;

constexpr auto statement_limit = 5min;  // CREATE DATABASE waits for a checkpoint

const std::string rights_sql =
    "SELECT quote_ident(current_user), pg_get_userbyid(d.datdba), r.rolsuper OR r.rolcreatedb,"
    " r.rolsuper OR pg_has_role(d.datdba, 'MEMBER')"
    " FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = $1";

/// Every cluster has it, unless somebody dropped it; template1 cannot be used while others copy it.
std::string elsewhere(const Application& application, const DatabaseUrl& url) {
  const std::string& ours = application.for_sessions().database;
  if (!url.database.empty() && url.database != ours) return url.database;
  return ours == "postgres" ? "template1" : "postgres";
}

}  // namespace

DatabaseUrl as_administrator(const Application& application, std::string database) {
  DatabaseUrl url = application.admin.value_or(application.for_sessions());
  url.database = std::move(database);
  return url;
}

Task<std::unique_ptr<Database>> administer(const Application& application, Databases& databases, std::stop_token stop) {
  const DatabaseUrl& role = application.admin ? *application.admin : application.for_sessions();
  DatabaseUrl url = as_administrator(application, elsewhere(application, role));
  const SessionOptions options{.statement_timeout = statement_limit, .read_only = false};
  co_return co_await databases.connect(std::move(url), options, stop);
}

Task<Rights> read_rights(Database& admin, std::string database, std::stop_token stop) {
  const std::vector<std::string> name = {std::move(database)};
  const Rows rows = co_await admin.query(rights_sql, name, stop);
  const auto& row = rows.rows.at(0);
  co_return Rights{
      .role = row.at(0).value(), .owner = row.at(1).value(), .creates = row.at(2) == "t", .renames = row.at(3) == "t"};
}

}  // namespace orchestrate::replacement
