#include "backup/holdings.hpp"

#include <vector>

#include "backup/connection.hpp"
#include "backup/definitions.hpp"
#include "backup/row_hashes.hpp"
#include "backup/wording.hpp"
#include "files/block_reader.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {

Task<Hashes> read_definitions(StageContext& context, Site site) {
  Command command = libpq_command(site.pg_dump.path, site.url);
  command.argv.insert(command.argv.end(), {"--schema-only", "--no-tablespaces"});
  if (!site.snapshot.empty()) command.argv.push_back("--snapshot=" + site.snapshot);
  command.timeout = site.limit;
  command.log = context.output;
  command.piped = true;
  const auto pg_dump = context.ports.commands.start(std::move(command), context.stop);
  pg_dump->close_input();
  Definitions definitions;
  std::vector<std::byte> buffer(files::block_size);
  while (const std::size_t size = co_await pg_dump->read(buffer)) definitions.read(std::span(buffer).first(size));
  const Exit exit = co_await pg_dump->wait();
  if (exit.ok() && definitions.complete()) co_return definitions.take();
  const bool stopped = exit.cause == Exit::Cause::stopped || exit.cause == Exit::Cause::deadline;
  const std::string said = complaint(exit.err);
  throw Error(stopped ? ErrorKind::stopped : ErrorKind::failed, "read the definitions in " + site.url.database,
              said.empty() || stopped ? "pg_dump: " + exit.text() : said, stopped ? "" : dump_hint(said));
}

Task<Holdings> read_holdings(StageContext& context, Level level, Database& session, Transaction transaction) {
  Holdings holdings;
  if (level != Level::matched) {
    holdings.rows = co_await count_rows(session, context.stop, transaction);
    co_return holdings;
  }
  Content content;
  HashedRows rows = co_await hash_rows(session, context.stop, transaction);
  holdings.rows = std::move(rows.counts);
  content.tables = std::move(rows.hashes);
  content.large_objects = co_await hash_large_objects(session, context.stop);
  holdings.content = std::move(content);
  co_return holdings;
}

}  // namespace orchestrate::backup
