#include "replacement/administration.hpp"

namespace orchestrate::replacement {
namespace {

using namespace std::chrono_literals;

constexpr auto statement_limit = 5min;  // CREATE DATABASE waits for a checkpoint

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

}  // namespace orchestrate::replacement
