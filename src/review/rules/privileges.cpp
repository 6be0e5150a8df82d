#include <array>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> host_access(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::access_host) return std::nullopt;
  return Flag{
      .object = s.what,
      .hazard = s.what + " reaches the host: files, programs or the network",
      .effect = "it runs with the rights of the migration's user or of the PostgreSQL server and no rollback undoes it",
      .remedy = "take it out of the migration"};
}

std::string granted_on(const Statement& s) {
  if (s.table.name.empty()) return s.table.schema == "public" ? "objects to come" : s.table.schema;
  return s.table.text();
}

std::optional<Flag> broad_grant(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::grant || (!s.to_public && !s.grant_option)) return std::nullopt;
  return Flag{.object = granted_on(s),
              .hazard = s.what + " on " + granted_on(s) + " is granted " +
                        (s.to_public ? "to PUBLIC" : "to " + s.name + " with the right to pass it on"),
              .effect = s.to_public ? "every role that may connect has it, those that are made later, too"
                                    : "who has it may give it to anybody",
              .remedy = "grant to the roles that need it, by name:\nop.execute(\"GRANT SELECT ON ... TO reader\")"};
}

std::optional<Flag> open_definer(const Statement& s, const ReviewState&) {
  if (!s.is_open_definer) return std::nullopt;
  return Flag{.object = s.table.text(),
              .hazard = "the function " + s.table.text() + " is SECURITY DEFINER and takes its caller's search_path",
              .effect =
                  "whoever may call it can put objects of their own in the place of those that it names, and has "
                  "its owner's rights then",
              .remedy = "fix the path in its definition: SET search_path = pg_catalog, pg_temp"};
}

std::optional<Flag> row_security(const Statement& s, const ReviewState&) {
  const bool off = s.kind == Kind::disable_row_security;
  const bool open = s.kind == Kind::create_object && s.object == ObjectKind::policy && s.to_public;
  if (!off && !open) return std::nullopt;
  return Flag{.object = open ? s.table.text() + "." + s.name : s.table.text(),
              .hazard = off ? "row security of " + s.table.text() + " is switched off or no longer forced"
                            : "the policy " + s.name + " lets everybody see every row of " + s.table.text(),
              .effect = "rows that a role could not see it sees from COMMIT on",
              .remedy = "keep it, and write a policy for the role that has to see more"};
}

std::optional<Flag> owner(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::set_owner || s.on_new_table) return std::nullopt;
  return Flag{.object = s.table.text(),
              .hazard = s.table.text() + " gets another owner: " + s.new_name,
              .effect = "migrations that run as the present owner can no longer change it",
              .remedy = "do it by hand, and once for all objects: REASSIGN OWNED, after a backup"};
}

const std::array all = {
    Rule{.id = "host-access",
         .category = "out-of-scope",
         .summary = "the host is touched",
         .why = "Files, programs and the network are not the database: no rollback and no backup undoes it.",
         .bad = {"COPY panels TO PROGRAM 'mail ops'",
                 "import subprocess\nsubprocess.run([\"rm\", \"-r\", \"/srv/cache\"])"},
         .good = {"COPY panels TO STDOUT", "op.execute(\"SELECT 1\")"},
         .check = host_access},
    Rule{.id = "broad-grant",
         .category = "compatibility",
         .summary = "a right for everybody, or to pass on",
         .why = "PUBLIC is every role of the server, those of other applications included.",
         .bad = {"GRANT SELECT ON panels TO PUBLIC", "op.execute(\"GRANT ALL ON panels TO bob WITH GRANT OPTION\")"},
         .good = {"GRANT SELECT ON panels TO reader", "op.execute(\"GRANT SELECT ON panels TO reader\")"},
         .check = broad_grant},
    Rule{
        .id = "open-definer",
        .category = "compatibility",
        .summary = "SECURITY DEFINER without a search_path",
        .why = "PostgreSQL's documentation, CREATE FUNCTION, \"Writing SECURITY DEFINER Functions Safely\".",
        .bad = {"CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'select 1'",
                "op.execute(\"CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'select 1'\")"},
        .good =
            {"CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'select 1'",
             "op.execute(\"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'\")"},
        .check = open_definer},
    Rule{.id = "row-security-opened",
         .category = "compatibility",
         .summary = "row security is switched off, or lets everybody through",
         .why = "Whoever was kept from rows sees them from COMMIT on.",
         .bad = {"ALTER TABLE panels DISABLE ROW LEVEL SECURITY",
                 "op.execute(\"CREATE POLICY p ON panels TO PUBLIC USING (true)\")"},
         .good = {"CREATE POLICY p ON panels TO reader USING (is_open)",
                  "op.execute(\"ALTER TABLE panels ENABLE ROW LEVEL SECURITY\")"},
         .check = row_security},
    Rule{.id = "owner-changed",
         .category = "compatibility",
         .summary = "an object gets another owner",
         .why = "Only the owner may ALTER or DROP: the next migration fails with 42501.",
         .bad = {"ALTER TABLE panels OWNER TO bob", "op.execute(\"ALTER TABLE panels OWNER TO bob\")"},
         .good = {"GRANT SELECT ON panels TO bob", "op.execute(\"GRANT SELECT ON panels TO bob\")"},
         .check = owner},
};

}  // namespace

std::span<const Rule> privileges() {
  return all;
}

}  // namespace orchestrate::rules
