#include "backup/connection.hpp"

#include "backup/tools.hpp"

namespace orchestrate::backup {

Command libpq_command(const std::filesystem::path& program, const DatabaseUrl& url) {
  Command command;
  command.argv = {program.string(), "--no-password", "--dbname=" + url.conninfo()};
  command.environment = tool_environment();
  if (!url.password.empty()) command.environment.emplace_back("PGPASSWORD", url.password);
  if (!url.option("connect_timeout")) command.environment.emplace_back("PGCONNECT_TIMEOUT", Secret("10"));
  return command;
}

}  // namespace orchestrate::backup
