#include <algorithm>
#include <array>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> cannot_judge(const Statement& s, const ReviewState&) {
  if (s.kind != StatementKind::opaque) return std::nullopt;
  return Flag{.object = "line-" + std::to_string(s.place.line) + (s.module.empty() ? "" : "-of-" + s.module),
              .hazard = "cannot judge: " + s.why,
              .effect = "what it does to the database is known only when it runs",
              .remedy = "write the statements out, or read it yourself and accept it"};
}

std::optional<Flag> search_path(const Statement& s, const ReviewState&) {
  if (s.kind != StatementKind::set_parameter) return std::nullopt;
  static constexpr std::array<std::string_view, 3> dangerous = {"search_path", "session_replication_role", "role"};
  if (std::ranges::find(dangerous, s.name) == dangerous.end()) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = "cannot judge: SET " + s.name + " changes what the following statements do",
              .effect = s.name == "search_path"
                            ? "names without a schema go to other tables than this review takes them for"
                            : "triggers, foreign keys or rights no longer hold as written",
              .remedy = "write the schema with each name: schema=\"...\""};
}

const std::array all = {
    Rule{.id = "cannot-judge",
         .category = "cannot-judge",
         .summary = "nobody can tell from the text",
         .why =
             "A migration is a program. Where its statements depend on what the database holds, on the environment, or "
             "on code that is not in the file, a review that said nothing would be a lie.",
         .bad = {"DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'panels'; END $$",
                 "for row in op.get_bind().execute(sa.text(\"SELECT name FROM t\")):\n"
                 "    op.execute(\"DROP TABLE \" + row.name)"},
         .good = {"ALTER TABLE panels ADD COLUMN note text",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))"},
         .check = cannot_judge},
    Rule{.id = "search-path",
         .category = "cannot-judge",
         .summary = "names mean something else from here on",
         .why =
             "After SET search_path, SET ROLE or SET session_replication_role the same words do something else: names "
             "lead to other schemas, objects belong to another role, or foreign keys and triggers are not looked at.",
         .bad = {"SET search_path = other", "op.execute(\"SET search_path = other\")"},
         .good = {"SET LOCAL lock_timeout = '5s'", "op.execute(\"SET LOCAL lock_timeout = '5s'\")"},
         .check = search_path},
};

}  // namespace

std::span<const Rule> blindness() {
  return all;
}

}  // namespace orchestrate::rules
