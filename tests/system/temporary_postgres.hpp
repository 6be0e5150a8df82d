#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrate/database_url.hpp"

namespace orchestrate {

/// A PostgreSQL server in a directory of its own, on a unix socket only, gone with its owner. It runs as user
/// `postgres` when the tests run as root.
class TemporaryPostgres {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  /// `settings` go into postgresql.conf: {"max_prepared_transactions", "5"}. Throws Error with the server's log.
  explicit TemporaryPostgres(const Settings& settings = {});
  TemporaryPostgres(const TemporaryPostgres&) = delete;
  TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;
  ~TemporaryPostgres();

  /// Where its initdb, pg_dump and the others lie: of the newest PostgreSQL that is installed.
  static const std::filesystem::path& programs();
  /// Its major version, such as 15.
  static int major();

  /// As superuser `postgres`.
  DatabaseUrl url(std::string_view database = "postgres") const;
  const std::filesystem::path& socket_directory() const { return directory_; }
  const std::filesystem::path& data_directory() const { return data_; }
  pid_t pid() const { return server_; }

  void start();
  /// Sessions are cut, the server shuts down in order.
  void stop_fast();
  /// As a crash: no checkpoint, recovery at the next start.
  void stop_immediately();
  /// Runs SQL with psql and gives its unaligned output; throws Error when psql fails.
  std::string sql(std::string_view statements, std::string_view database = "postgres") const;

 private:
  void stop(int number);
  void create();

  std::filesystem::path directory_, data_;
  pid_t server_ = 0;
};

}  // namespace orchestrate
