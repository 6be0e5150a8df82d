#include "schema/database_properties.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace orchestrate::schema {
namespace {

// to_jsonb knows the columns that there are: PostgreSQL 15 and 16 have daticulocale, 17 has datlocale.
const std::string creation_sql =
    "SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L',"
    " $1::text, r.rolname, pg_encoding_to_char(d.encoding), d.datcollate, d.datctype)"
    // Who names a tablespace must have CREATE on it, also on the one that it would get anyway.
    " || CASE WHEN NOT $3::bool THEN ''"
    "      WHEN d.dattablespace = (SELECT dattablespace FROM pg_database WHERE datname = 'template0') THEN ''"
    "      ELSE format(' TABLESPACE %I', t.spcname) END"
    " || CASE to_jsonb(d)->>'datlocprovider'"
    "      WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',"
    "        coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'))"
    "      WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d)->>'datlocale')"
    "      ELSE '' END"
    " || coalesce(' ICU_RULES ' || quote_literal(to_jsonb(d)->>'daticurules'), '')"
    " FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba JOIN pg_tablespace t ON t.oid = d.dattablespace"
    " WHERE d.datname = $2";

// A database without an ACL has PostgreSQL's defaults; with one, only what it says.
const std::string grants_sql =
    "SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text) FROM pg_database WHERE datname = $2"
    "   AND datacl IS NOT NULL"
    " UNION ALL "
    "SELECT format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $1::text,"
    "   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,"
    "   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
    " FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = $2 AND a.grantee <> d.datdba";

const std::string limit_and_comment_sql =
    "SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', $1::text, datconnlimit) FROM pg_database"
    " WHERE datname = $2 AND datconnlimit >= 0"
    " UNION ALL "
    "SELECT format('COMMENT ON DATABASE %I IS %L', $1::text, shobj_description(oid, 'pg_database')) FROM pg_database"
    " WHERE datname = $2 AND shobj_description(oid, 'pg_database') IS NOT NULL";

const std::string settings_sql =
    "SELECT CASE s.setrole WHEN 0 THEN format('ALTER DATABASE %I', $1::text)"
    "   ELSE format('ALTER ROLE %I IN DATABASE %I', pg_get_userbyid(s.setrole), $1::text) END,"
    " split_part(c, '=', 1), substr(c, strpos(c, '=') + 1), quote_literal(substr(c, strpos(c, '=') + 1))"
    " FROM pg_database d JOIN pg_db_role_setting s ON s.setdatabase = d.oid,"
    " unnest(s.setconfig) WITH ORDINALITY u(c, n)"
    " WHERE d.datname = $2 ORDER BY s.setrole, n";

/// Their values are lists of names, quoted as identifiers are (GUC_LIST_QUOTE in PostgreSQL's
/// src/bin/pg_dump/dumputils.c, variable_is_guc_list_quote): each becomes a literal of its own, as pg_dump does it.
constexpr std::array<std::string_view, 6> lists = {"local_preload_libraries",   "search_path",
                                                   "session_preload_libraries", "shared_preload_libraries",
                                                   "temp_tablespaces",          "unix_socket_directories"};

/// `"$user", "it's", ""` becomes `'$user', 'it''s', ''`.
std::string literals_of(std::string_view names) {
  std::string text = "'";
  bool quoted = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const char c = names[i];
    if (c == '"' && quoted && names.substr(i + 1).starts_with('"'))
      text += names[i++];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      text += "', '";
    else if (c == '\'')
      text += "''";
    else if (quoted || c != ' ')
      text += c;
  }
  return text + "'";
}

Task<> add(Database& session, std::string query, std::vector<std::string> parameters, std::stop_token stop,
           std::vector<std::string>& statements) {
  const Rows rows = co_await session.query(std::move(query), std::move(parameters), stop);
  for (const auto& row : rows.rows) statements.push_back(row.at(0).value());
}

}  // namespace

Task<std::vector<std::string>> statements_like(Database& session, std::string model, std::string name,
                                               Tablespace tablespace, std::stop_token stop) {
  const std::vector<std::string> parameters = {std::move(name), std::move(model)};
  std::vector<std::string> of_creation = parameters;
  of_creation.emplace_back(tablespace == Tablespace::same ? "true" : "false");
  std::vector<std::string> statements;
  co_await add(session, creation_sql, of_creation, stop, statements);
  co_await add(session, grants_sql, parameters, stop, statements);
  co_await add(session, limit_and_comment_sql, parameters, stop, statements);
  const Rows settings = co_await session.query(settings_sql, parameters, stop);
  for (const auto& setting : settings.rows) {
    const std::string& variable = setting.at(1).value();
    const bool is_list = std::ranges::find(lists, variable) != lists.end();
    const std::string value = is_list ? literals_of(setting.at(2).value()) : setting.at(3).value();
    statements.push_back(fmt::format("{} SET {} TO {}", setting.at(0).value(), variable, value));
  }
  co_return statements;
}

}  // namespace orchestrate::schema
