#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "../system/on_loop.hpp"
#include "../system/temporary_postgres.hpp"
#include "system/clock.hpp"
#include "system/database.hpp"

namespace orchestrate {

/// A server with a database of a bot's, and a session of its superuser beside it.
struct AdministeredServer {
  TemporaryPostgres server;
  boost::asio::io_context io;
  std::unique_ptr<Databases> databases = system::make_databases();
  std::unique_ptr<Clock> clock = system::make_clock(io);
  std::unique_ptr<Database> admin;

  AdministeredServer() {
    server.sql("CREATE ROLE bot LOGIN; CREATE ROLE reader");
    admin = session();
  }
  std::unique_ptr<Database> session() {
    const SessionOptions writing{.read_only = false};
    return on_loop(io, databases->connect(server.url(), writing, {}));
  }
  std::string oid(const std::string& name) {
    std::string oid = server.sql("SELECT oid FROM pg_database WHERE datname = '" + name + "'");
    while (oid.ends_with('\n')) oid.pop_back();
    return oid;
  }
};

}  // namespace orchestrate
