#include "backup/growing.hpp"

#include <fmt/core.h>

#include "backup/connection.hpp"
#include "backup/wording.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {

Command pg_dump_command(StageContext& context, const TakeRule& rule, const Preparation& preparation,
                        const std::string& snapshot) {
  Command command = libpq_command(preparation.pg_dump.path, context.application.for_sessions());
  command.argv.push_back("--format=" + std::string(to_string(rule.format)));
  command.argv.push_back("--snapshot=" + snapshot);
  command.argv.push_back(fmt::format("--compress={}", rule.compression));
  command.argv.push_back(fmt::format("--lock-wait-timeout={}", rule.lock_wait.count()));
  command.timeout = rule.timeout;
  command.log = context.output;
  return command;
}

std::string doing(const TakeRule& rule, const Preparation& preparation) {
  return fmt::format("dump {} to {}", preparation.server.database, rule.directory.string());
}

void expect_good(const std::string& doing, const std::string& tool, const Exit& exit) {
  if (exit.ok()) return;
  const bool stopped = exit.cause == Exit::Cause::stopped || exit.cause == Exit::Cause::deadline;
  const std::string said = complaint(exit.err);
  throw Error(stopped ? ErrorKind::stopped : ErrorKind::failed, doing,
              said.empty() || stopped ? tool + ": " + exit.text() : said, stopped ? "" : dump_hint(said));
}

}  // namespace orchestrate::backup
