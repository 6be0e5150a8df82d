#include <unistd.h>

#include <array>

#include <fmt/format.h>

#include "backup/tools.hpp"
#include "doctor/examination.hpp"

namespace orchestrate::doctor {
namespace {

namespace fs = std::filesystem;

int major_of(const Examination& examination) {
  return examination.inspection.identity->server_version / 10000;
}

Task<Answer> client_tools(Examination& examination) {
  const auto& context = examination.inspection.context;
  const backup::ToolSearch search{.bin = examination.policy().postgres_bin};
  const auto tool =
      co_await backup::find_pg_restore(context.ports.commands, search, major_of(examination), context.stop);
  co_return passed(tool.path.string() + " " + tool.version);
}

/// The way back makes a database beside the one that it replaces.
Task<Answer> create_database(Examination& examination) {
  const std::string sql =
      "SELECT quote_ident(current_user), rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user";
  const Rows rows = co_await examination.inspection.database->query(sql, examination.inspection.context.stop);
  const auto& row = rows.rows.at(0);
  if (row[1] == "t") co_return passed();
  Answer answer;
  answer.advice.push_back(
      fmt::format("role {0} may not create databases, which a restore beside the present one needs: "
                  "ALTER ROLE {0} CREATEDB",
                  row[0].value()));
  co_return answer;
}

/// A server of our own, of the same major version, is where a dump is restored without touching anybody's.
Task<Answer> server_programs(Examination& examination) {
  const int major = major_of(examination);
  const fs::path& named = examination.policy().postgres_bin;
  const fs::path bin = named.empty() ? fs::path(fmt::format("/usr/lib/postgresql/{}/bin", major)) : named;
  if (::access((bin / "initdb").c_str(), X_OK) == 0) co_return passed(bin.string());
  Answer answer;
  answer.advice.push_back(
      fmt::format("no server programs of PostgreSQL {0} are in {1}, so no dump can be restored "
                  "here to be looked at: apt-get install postgresql-{0}",
                  major, bin.string()));
  co_return answer;
}

constexpr std::array checks = {
    Check{"pg_restore", "database", client_tools},
    Check{"right to restore", "database", create_database},
    Check{"place to restore", "database", server_programs},
};

}  // namespace

std::span<const Check> restore_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
