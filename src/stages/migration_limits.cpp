#include "stages/migration_limits.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace orchestrate {
namespace {

std::string current(const Variables& environment, std::string_view name) {
  const auto found = std::ranges::find(environment, name, &Variables::value_type::first);
  return found == environment.end() ? std::string() : found->second.reveal();
}

/// The URL's own text with `extra` appended to its `options` parameter. No new percent sign where the URL has none:
/// alembic.ini's reader takes one for an interpolation unless env.py doubles it.
std::string with_more_options(std::string url, const MigrationLimits& limits) {
  std::size_t parameter = url.find("?options=");
  if (parameter == std::string::npos) parameter = url.find("&options=");
  const std::size_t end = std::min(url.find('&', parameter + 1), url.size());
  const bool encoded = url.find('%') != std::string::npos;
  const auto setting = [&](std::string_view name, std::chrono::milliseconds value) {
    return encoded ? fmt::format("%20-c{}%3D{}", name, value.count()) : fmt::format("+-c{}={}", name, value.count());
  };
  return url.insert(end, setting("lock_timeout", limits.lock) + setting("statement_timeout", limits.statement));
}

bool has_options_parameter(const Application& application) {
  const auto& variables = application.environment;
  const auto found = std::ranges::find(variables, application.database_variable, &Variables::value_type::first);
  if (found == variables.end()) return false;
  const std::string& url = found->second.reveal();
  return url.find("?options=") != std::string::npos || url.find("&options=") != std::string::npos;
}

}  // namespace

std::string why_not_enforced(const Application& application) {
  const std::string& driver = application.database.driver;
  if (driver == "asyncpg" || driver == "pg8000")
    return driver + " ignores PGOPTIONS, so lock_timeout and statement_timeout are not enforced";
  if (application.database.option("options") && !has_options_parameter(application))
    return "the database URL has options of its own and is not one variable that holds a URL, so lock_timeout and "
           "statement_timeout are not enforced";
  return {};
}

void impose(const MigrationLimits& limits, const Application& application, Variables& environment) {
  if (!why_not_enforced(application).empty()) return;
  if (application.database.option("options")) {
    const std::string url = current(environment, application.database_variable);
    set_variable(environment, application.database_variable, with_more_options(url, limits));
    return;
  }
  const std::string own = current(environment, "PGOPTIONS");
  set_variable(environment, "PGOPTIONS",
               fmt::format("{}{}-c lock_timeout={} -c statement_timeout={}", own, own.empty() ? "" : " ",
                           limits.lock.count(), limits.statement.count()));
}

}  // namespace orchestrate
