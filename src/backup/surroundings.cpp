#include "backup/surroundings.hpp"

#include "backup/connection.hpp"
#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "schema/database_properties.hpp"

namespace orchestrate::backup {
namespace {

constexpr auto globals_limit = std::chrono::minutes(1);
constexpr std::size_t globals_size = std::size_t{4} << 20;  // 10 000 roles

}  // namespace

Task<Surroundings> read_surroundings(StageContext& context, Tool pg_dumpall) {
  const DatabaseUrl& url = context.application.for_sessions();
  Surroundings surroundings;
  const SessionOptions reading;
  const auto session = co_await context.ports.databases.connect(url, reading, context.stop);
  surroundings.database =
      co_await schema::statements_like(*session, url.database, url.database, schema::Tablespace::same, context.stop);
  Command command = libpq_command(pg_dumpall.path, url);
  command.argv.push_back("--database=" + url.database);  // the default, postgres, may be closed to us
  command.argv.emplace_back("--globals-only");
  command.argv.emplace_back("--no-role-passwords");  // those only a superuser may read, and here nobody shall
  command.timeout = globals_limit;
  command.capture = globals_size;
  const Exit exit = co_await context.ports.commands.run(std::move(command), context.stop);
  if (!exit.ok()) {
    const std::string said = complaint(exit.err);
    throw Error(exit.cause == Exit::Cause::stopped ? ErrorKind::stopped : ErrorKind::failed,
                "read the roles of " + url.database + "'s server",
                "pg_dumpall: " + (said.empty() ? exit.text() : said));
  }
  surroundings.globals = exit.out;
  co_return surroundings;
}

}  // namespace orchestrate::backup
