#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "backup/proof.hpp"
#include "backup/tools.hpp"
#include "doctor/examination.hpp"
#include "orchestrate/error.hpp"
#include "scratch/cluster.hpp"

namespace orchestrate::doctor {
namespace {

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

bool restores(const Policy& policy) {
  return std::ranges::any_of(policy.pipeline, [](const StageSpec& spec) {
    return spec.kind == "backup" && spec.settings.text("verify") != to_string(backup::Level::intact);
  });
}

/// A server of our own, of the same major version, is where a dump is restored without touching anybody's.
Task<Answer> server_programs(Examination& examination) {
  Answer answer;
  try {
    answer.found = scratch::server_programs(examination.policy().postgres_bin, major_of(examination)).string();
  } catch (const Error& error) {
    if (restores(examination.policy()))
      answer.obstacles.push_back({error.why(), error.hint()});
    else
      answer.advice.push_back(error.why() + ", so no dump can be restored here to be looked at: " + error.hint());
  }
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
