#include "stages/migration_limits.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "orchestrate/dead_client.hpp"

namespace orchestrate {
namespace {

std::string current(const Variables& environment, std::string_view name) {
  const auto found = std::ranges::find(environment, name, &Variables::value_type::first);
  return found == environment.end() ? std::string() : found->second.reveal();
}

/// Where the value of the URL's own `options` parameter ends; nullopt: this is no URL, or it has none.
std::optional<std::size_t> end_of_options(const std::string& url) {
  constexpr std::string_view key = "options=";
  for (auto at = url.find('?'); at != std::string::npos; at = url.find_first_of("?&", at + 1))
    if (url.compare(at + 1, key.size(), key) == 0) return std::min(url.find('&', at + 1), url.size());
  return std::nullopt;
}

using Limit = std::pair<std::string, std::int64_t>;

std::vector<Limit> settings_of(const MigrationLimits& limits) {
  std::vector<Limit> settings = {{"lock_timeout", limits.lock.count()},
                                 {"statement_timeout", limits.statement.count()}};
  if (limits.client_check.count() > 0)
    settings.emplace_back("client_connection_check_interval", limits.client_check.count());
  for (const auto& [name, value] : notices_dead_client) settings.emplace_back(name, value);
  return settings;
}

/// The URL's own text with the limits appended to its `options` parameter. No new percent sign where the URL has none:
/// alembic.ini's reader takes one for an interpolation unless env.py doubles it.
std::string with_more_options(std::string url, std::size_t end, const MigrationLimits& limits) {
  const bool encoded = url.find('%') != std::string::npos;
  std::string more;
  for (const auto& [name, value] : settings_of(limits))
    more += encoded ? fmt::format("%20-c{}%3D{}", name, value) : fmt::format("+-c{}={}", name, value);
  return url.insert(end, more);
}

}  // namespace

bool driver_obeys(const Application& application) {
  const std::string& driver = application.database.driver;
  if (driver == "asyncpg" || driver == "pg8000") return false;  // they read neither PGOPTIONS nor the URL's `options`
  return !application.database.option("options") ||
         end_of_options(current(application.environment, application.database_variable));
}

void impose(const MigrationLimits& limits, const Application& application, Variables& environment) {
  if (!driver_obeys(application)) return;
  if (application.database.option("options")) {
    const std::string url = current(environment, application.database_variable);
    set_variable(environment, application.database_variable, with_more_options(url, *end_of_options(url), limits));
    return;
  }
  std::string options = current(environment, "PGOPTIONS");
  for (const auto& [name, value] : settings_of(limits))
    options += fmt::format("{}-c {}={}", options.empty() ? "" : " ", name, value);
  set_variable(environment, "PGOPTIONS", options);
}

}  // namespace orchestrate
