#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"

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

/// H1: rights that nobody will see being given.
std::optional<Flag> default_privileges(const Statement& s, const ReviewState&) {
  const bool changes = s.kind == Kind::grant || s.kind == Kind::revoke;
  if (!changes || !s.for_objects_to_come) return std::nullopt;
  const bool gives = s.kind == Kind::grant;
  return Flag{.object = "default-privileges",
              .hazard = fmt::format("ALTER DEFAULT PRIVILEGES: {} {} {}", s.what, gives ? "to" : "from", s.name),
              .effect =
                  "it holds for each object that this role makes from now on, by other migrations, too, and for "
                  "none that is there",
              .remedy = "GRANT on the objects that are meant, by name, in the revision that makes them"};
}

/// The set makes the table, function or schema that the rights are of: nobody had them.
bool is_of_set(const Statement& s, const ReviewState& state) {
  return any_about(s.table, state, [&](const Statement& made) {
    const bool creates =
        made.kind == Kind::create_object || made.kind == Kind::create_table || made.kind == Kind::create_schema;
    return creates && made.order < s.order && !made.replaces;
  });
}

/// C11.
std::optional<Flag> rights_taken(const Statement& s, const ReviewState& state) {
  const bool revokes = s.kind == Kind::revoke && !s.for_objects_to_come;
  const bool secures = s.kind == Kind::enable_row_security;
  const bool restricts = s.kind == Kind::create_object && s.object == ObjectKind::policy && s.what == "RESTRICTIVE";
  if ((!revokes && !secures && !restricts) || s.on_new_table || is_of_set(s, state)) return std::nullopt;
  const std::string object = revokes ? granted_on(s) : s.table.text();
  return Flag{.object = object,
              .hazard = revokes ? fmt::format("{} on {} is taken from {}", s.what, object, s.name)
                        : restricts
                            ? "the policy " + s.name + " is RESTRICTIVE: each row of " + object + " must pass it"
                            : "row security of " + object + " is switched on, or forced",
              .effect = revokes ? "what those roles run fails from COMMIT on (SQLSTATE 42501)"
                                : "a role without a policy that lets it sees no rows and gets no error; forced, the "
                                  "owner, too",
              .remedy = "try it as the application's role first: SET ROLE in psql"};
}

/// H5.
std::optional<Flag> table_without_grants(const Statement& s, const ReviewState& state) {
  const auto readers = state.facts.readers.find(s.table.schema);
  const bool makes = s.kind == Kind::create_table && !s.temporary && !s.is_part;
  if (!makes || readers == state.facts.readers.end()) return std::nullopt;
  const bool grants = any_of_kind({Kind::opaque, Kind::grant}, state, [&](const Statement& later) {
    return later.kind == Kind::opaque ||
           (later.kind == Kind::grant && (later.table == s.table || later.table.name.empty()));
  });
  std::vector<std::string> left_out;
  for (const std::string& role : readers->second)
    if (!state.facts.default_readers.contains(role)) left_out.push_back(role);
  if (grants || left_out.empty()) return std::nullopt;
  return Flag{
      .object = s.table.text(),
      .hazard = fmt::format("nothing gives {} rights on the new table {}", listed(left_out), s.table.text()),
      .effect = fmt::format("they may read the other tables of {}; what runs as them fails here (SQLSTATE 42501)",
                            s.table.schema),
      .remedy = fmt::format("op.execute(\"GRANT SELECT ON {} TO {}\")", s.table.text(), left_out.front())};
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
    Rule{.id = "default-privileges",
         .category = "compatibility",
         .summary = "rights on all objects to come",
         .why = "ALTER DEFAULT PRIVILEGES lasts until it is taken back, and no GRANT of a later revision shows it.",
         .bad = {"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader",
                 "op.execute(\"ALTER DEFAULT PRIVILEGES IN SCHEMA cfg GRANT ALL ON TABLES TO reader\")"},
         .good = {"GRANT SELECT ON panels TO reader", "op.execute(\"GRANT SELECT ON panels TO reader\")"},
         .check = default_privileges},
    Rule{.id = "rights-taken",
         .category = "compatibility",
         .summary = "the application's role may see or do less",
         .why = "After REVOKE statements fail. Row security and restrictive policies are quieter: rows are missing. Of "
                "what the same set makes nothing is said.",
         .bad = {"REVOKE INSERT ON panels FROM app", "op.execute(\"ALTER TABLE panels FORCE ROW LEVEL SECURITY\")"},
         .good = {"CREATE TABLE notes (id bigint PRIMARY KEY);\nREVOKE ALL ON notes FROM PUBLIC",
                  "op.execute(\"GRANT INSERT ON panels TO app\")"},
         .check = rights_taken},
    Rule{.id = "table-without-grants",
         .category = "compatibility",
         .summary = "a new table that the application's role may not read",
         .why =
             "Where migrations run as another role than the application, each new table needs its GRANT, or ALTER "
             "DEFAULT PRIVILEGES. Spoken of with a database at hand only, where a role may read half of the schema's "
             "tables or more.",
         .bad = {},
         .good = {"CREATE TABLE notes (id bigint PRIMARY KEY);\nGRANT SELECT ON notes TO app",
                  "op.create_table(\"notes\", sa.Column(\"id\", sa.BigInteger(), primary_key=True))\n"
                  "op.execute(\"GRANT SELECT ON notes TO app\")"},
         .needs = Needs::database,
         .check = table_without_grants},
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
