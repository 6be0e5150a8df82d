#include "stages/preflight/privileges.hpp"

#include <fmt/format.h>

#include "schema/text_array.hpp"
#include "stages/database_session.hpp"

namespace orchestrate::preflight {
namespace {

constexpr std::size_t named_tables = 3;  // the rest is a number

const std::string schemas_sql =
    "SELECT s.name, n.oid IS NOT NULL, "
    "has_schema_privilege(current_user, n.oid, 'CREATE') AND has_schema_privilege(current_user, n.oid, 'USAGE'), "
    "has_database_privilege(current_user, current_database(), 'CREATE'), current_user, current_database() "
    "FROM unnest($1::text[]) AS s(name) LEFT JOIN pg_namespace n ON n.nspname = s.name";

// What an extension brought is nobody's to migrate; what lies outside of the app's schemas is for the review to refuse.
const std::string foreign_sql =
    "SELECT format('%I.%I', n.nspname, c.relname), pg_get_userbyid(c.relowner), current_user "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.oid = ANY($1::oid[]) AND n.nspname = ANY($2::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
    "AND NOT pg_has_role(current_user, c.relowner, 'USAGE') AND NOT EXISTS (SELECT 1 FROM pg_depend d "
    "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1";

void judge_schema(Answer& answer, const std::vector<Cell>& row) {
  const std::string schema = row[0].value_or("");
  const std::string role = row[4].value_or("");
  const std::string psql = "psql -d " + row[5].value_or("") + " -c ";
  if (row[1] == "t" && row[2] == "t") return;
  if (row[1] == "t") {
    answer.obstacles.push_back({fmt::format("role {} may not create in schema {}", role, schema),
                                fmt::format("{}'GRANT USAGE, CREATE ON SCHEMA {} TO {}'", psql,
                                            quote_identifier(schema), quote_identifier(role))});
    return;
  }
  if (row[3] == "t") {
    answer.advice.push_back(fmt::format("schema {} does not exist; the first revision must create it", schema));
    return;
  }
  answer.obstacles.push_back(
      {fmt::format("schema {} does not exist, and role {} may not create it", schema, role),
       fmt::format("{}'CREATE SCHEMA {} AUTHORIZATION {}'", psql, quote_identifier(schema), quote_identifier(role))});
}

void judge_owners(Answer& answer, const Rows& foreign) {
  if (foreign.rows.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < foreign.rows.size() && i < named_tables; ++i)
    names += fmt::format("{}{} (owner {})", i == 0 ? "" : ", ", *foreign.rows[i][0], *foreign.rows[i][1]);
  if (foreign.rows.size() > named_tables) names += fmt::format(" and {} more", foreign.rows.size() - named_tables);
  const auto& first = foreign.rows.front();
  answer.obstacles.push_back({fmt::format("role {} does not own {}", *first[2], names),
                              fmt::format("ALTER TABLE {} OWNER TO {}", *first[0], quote_identifier(*first[2]))});
}

}  // namespace

Task<Answer> role(Inspection& inspection) {
  const std::vector<std::string> parameters = {text_array(schemas_of(inspection.policy()))};
  Answer answer;
  const Rows found = co_await inspection.database->query(schemas_sql, parameters, inspection.context.stop);
  for (const auto& row : found.rows) judge_schema(answer, row);
  co_return answer;
}

Task<Answer> owners(Inspection& inspection) {
  co_await know_relations(inspection);
  const std::vector<std::string> parameters = {text_array(inspection.relations->changed),
                                               text_array(schemas_of(inspection.policy()))};
  Answer answer;
  const Rows foreign = co_await inspection.database->query(foreign_sql, parameters, inspection.context.stop);
  judge_owners(answer, foreign);
  co_return answer;
}

}  // namespace orchestrate::preflight
