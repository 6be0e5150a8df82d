#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::schema {

/// The statements that make an empty database `name` like `model`: of the same encoding, locale, tablespace and owner,
/// and with what a database has beside its contents and no dump brings back: grants, settings, settings of roles in it,
/// connection limit, comment. The first one is CREATE DATABASE. Empty: there is no database `model`.
Task<std::vector<std::string>> statements_like(Database& session, std::string model, std::string name,
                                               std::stop_token stop);

}  // namespace orchestrate::schema
