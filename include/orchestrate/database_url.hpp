#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrate/secret.hpp"

namespace orchestrate {

/// A PostgreSQL address, from an SQLAlchemy URL (`postgresql+psycopg2://...`), a libpq URI or libpq `key=value` text.
struct DatabaseUrl {
  std::string driver;  ///< `psycopg2`, `asyncpg`, ...; empty when the URL names none
  std::string user;
  Secret password;
  std::string host;  ///< empty: libpq's default; starts with `/`: directory of a unix socket
  std::string port;  ///< empty: 5432
  std::string database;
  std::vector<std::pair<std::string, std::string>> options;  ///< query parameters, decoded, in order

  /// Throws Error (`policy`) that never repeats the password. Refuses other databases, several hosts without
  /// target_session_attrs, and unknown shapes.
  static DatabaseUrl parse(std::string_view text);

  /// For people: `postgresql://user:***@host:port/database`.
  std::string redacted() const;
  /// libpq conninfo without the password, safe for argv; options that libpq does not know are left out.
  std::string conninfo() const;
  std::optional<std::string> option(std::string_view name) const;

  bool operator==(const DatabaseUrl&) const = default;
};

}  // namespace orchestrate
