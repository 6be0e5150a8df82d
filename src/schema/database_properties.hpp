#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::schema {

/// Of the new database: a server elsewhere has none but its default.
enum class Tablespace { same, servers_default };

/// The statements that make an empty database `name` like `model`: of the same encoding, locale and owner, and with
/// what a database has beside its contents and no dump brings back: grants, settings, settings of roles in it,
/// connection limit, comment. The first one is CREATE DATABASE. Empty: there is no database `model`.
Task<std::vector<std::string>> statements_like(Database& session, std::string model, std::string name,
                                               Tablespace tablespace, std::stop_token stop);

}  // namespace orchestrate::schema
