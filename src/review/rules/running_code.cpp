#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// The same set makes it again, for certain.
bool comes_back(const Statement& dropped, const ReviewState& state) {
  return std::ranges::any_of(state.run_order.about(dropped.table), [&](const Statement* s) {
    return s->kind == Kind::create_object && s->object == dropped.object && s->name == dropped.name &&
           s->order > dropped.order && s->transaction == dropped.transaction && !s->conditional;
  });
}

std::optional<Flag> drop_view(const Statement& s, const ReviewState& state) {
  const bool view = s.object == ObjectKind::view || s.object == ObjectKind::materialized_view;
  if (s.kind != Kind::drop_object || !view || comes_back(s, state)) return std::nullopt;
  return Flag{
      .object = s.table.text(),
      .hazard = fmt::format("the {} {} is dropped", to_string(s.object), s.table.text()),
      .effect = "whoever reads it fails from COMMIT on; its privileges are gone, and the rows of a materialized view",
      .remedy = fmt::format("op.execute(\"CREATE OR REPLACE VIEW {} AS ...\")", s.table.text())};
}

std::optional<Flag> drop_function(const Statement& s, const ReviewState& state) {
  static constexpr auto code =
      std::to_array<ObjectKind>({ObjectKind::function, ObjectKind::procedure, ObjectKind::aggregate,
                                 ObjectKind::routine, ObjectKind::trigger, ObjectKind::rule});
  if (s.kind != Kind::drop_object || std::ranges::find(code, s.object) == code.end()) return std::nullopt;
  if (s.on_new_table || comes_back(s, state)) return std::nullopt;
  const std::string object = s.table.text() + (s.name.empty() ? "" : "." + s.name);
  return Flag{.object = object,
              .hazard = fmt::format("the {} {} is dropped", to_string(s.object), object),
              .effect = "what calls it, or what it kept true, no longer works from COMMIT on",
              .remedy = fmt::format("op.execute(\"CREATE OR REPLACE FUNCTION {}(...) ...\")", s.table.text())};
}

std::optional<Flag> drop_type(const Statement& s, const ReviewState& state) {
  static constexpr auto elsewhere = std::to_array<ObjectKind>(
      {ObjectKind::view, ObjectKind::materialized_view, ObjectKind::function, ObjectKind::procedure,
       ObjectKind::aggregate, ObjectKind::routine, ObjectKind::trigger, ObjectKind::rule, ObjectKind::sequence});
  if (s.kind != Kind::drop_object || std::ranges::find(elsewhere, s.object) != elsewhere.end()) return std::nullopt;
  if (comes_back(s, state)) return std::nullopt;
  return Flag{.object = s.table.name.empty() ? std::string(to_string(s.object)) : s.table.text(),
              .hazard = fmt::format("the {} {} is dropped", to_string(s.object), s.table.text()),
              .effect = "it fails while something uses it; casts and defaults that name it fail afterwards",
              .remedy = "drop it in a later revision, when no column and no code names it"};
}

std::optional<Flag> drop_constraint(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_constraint || s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the constraint " + s.name + " of " + s.table.text() + " is dropped",
      .effect =
          "rows that break it can come in from now on; a foreign key also locks the table that it "
          "references (ACCESS EXCLUSIVE); ON CONFLICT on its columns fails",
      .remedy = fmt::format("find out whether the models still want it; a new one instead comes first, not valid:\n"
                            "op.create_check_constraint(\"{}_new\", \"{}\", \"...\", postgresql_not_valid=True{})",
                            s.name, s.table.name, schema_argument(s))};
}

std::optional<Flag> rename(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::rename_table && s.kind != Kind::rename_column && s.kind != Kind::move_table) return std::nullopt;
  if (s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = object_of(s) + (s.kind == Kind::move_table ? " moves to schema " : " is renamed to ") + s.new_name,
      .effect = "code that uses the old name fails from COMMIT until it is restarted; short ACCESS EXCLUSIVE",
      .remedy = "stop the service before the upgrade, or add the new name first and drop the old one a release later"};
}

/// C2. The names of indexes and constraints are rarely in code; those of the others are.
std::optional<Flag> rename_object(const Statement& s, const ReviewState&) {
  static constexpr auto named_in_code = std::to_array<ObjectKind>(
      {ObjectKind::view, ObjectKind::materialized_view, ObjectKind::function, ObjectKind::procedure,
       ObjectKind::routine, ObjectKind::type, ObjectKind::domain, ObjectKind::sequence, ObjectKind::schema});
  if (s.kind != Kind::alter_object || s.new_name.empty()) return std::nullopt;
  if (std::ranges::find(named_in_code, s.object) == named_in_code.end()) return std::nullopt;
  const std::string old = s.name.empty() ? s.table.text() : s.table.text() + "." + s.name;
  return Flag{.object = old,
              .hazard = fmt::format("the {} {} is renamed, or moved, to {}", to_string(s.object), old, s.new_name),
              .effect = "code that uses the old name fails from COMMIT until it is restarted",
              .remedy = "make the new one beside it, and drop the old one a release later"};
}

std::optional<Flag> required_column(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_column || !s.not_null || s.server_default || s.on_new_table) return std::nullopt;
  const std::string why = s.client_default ? "; default= is for SQLAlchemy only, the database never sees it" : "";
  return Flag{.object = object_of(s),
              .hazard = "the new column " + object_of(s) + " is NOT NULL without a default in the database" + why,
              .effect = "the migration fails when the table holds a row; INSERTs of code that does not know it fail",
              .remedy = fmt::format("op.execute(\"ALTER TABLE {} ADD COLUMN {} {} NOT NULL DEFAULT ...\")",
                                    s.table.text(), s.name, sql_type(s.type))};
}

/// C4, where NULL is allowed; where it is not, required-column speaks.
std::optional<Flag> python_default(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_column || !s.client_default || s.server_default || s.not_null || s.on_new_table)
    return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "default= of the new column " + object_of(s) + " is SQLAlchemy's, the database never sees it",
              .effect = "rows that are there, and those that other code inserts, have NULL",
              .remedy = "server_default=, and in a later revision, in batches, the rows that are there"};
}

/// C10.
std::optional<Flag> replaced_in_place(const Statement& s, const ReviewState& state) {
  static constexpr auto code =
      std::to_array<ObjectKind>({ObjectKind::view, ObjectKind::function, ObjectKind::procedure, ObjectKind::trigger});
  const bool replaces = s.kind == Kind::create_object && s.replaces;
  if (!replaces || std::ranges::find(code, s.object) == code.end() || s.on_new_table) return std::nullopt;
  const bool is_of_set = std::ranges::any_of(state.run_order.about(s.table), [&](const Statement* before) {
    const bool makes = before->kind == Kind::drop_object || before->kind == Kind::create_object;
    return makes && before->object == s.object && before->order < s.order;
  });
  if (is_of_set) return std::nullopt;
  return Flag{.object = s.table.text() + (s.name.empty() ? "" : "." + s.name),
              .hazard = fmt::format("the {} {} is replaced, if there is one", to_string(s.object), s.table.text()),
              .effect = "running code gets the new one at COMMIT, before it is restarted",
              .remedy = "keep to what the running code counts on, or make it under a new name"};
}

std::optional<Flag> default_changed(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_default || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the column " + object_of(s) + " loses its default",
              .effect = "INSERTs of code that leaves the column out get NULL, or fail where it is NOT NULL",
              .remedy = "release code that gives a value first, then drop the default"};
}

std::optional<Flag> nullable(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_not_null || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the column " + object_of(s) + " may be NULL from now on",
              .effect = "code that counts on a value meets None",
              .remedy = "release code that can do without a value first"};
}

const std::array all = {
    Rule{.id = "drop-view",
         .category = "compatibility",
         .summary = "a view is dropped",
         .why =
             "No rows are lost with a view, but whoever reads it fails, and its privileges are gone. One that is made "
             "anew in the same transaction is not spoken of.",
         .bad = {"DROP VIEW shown", "op.execute(\"DROP MATERIALIZED VIEW shown\")"},
         .good = {"CREATE OR REPLACE VIEW shown AS SELECT id FROM panels",
                  "op.execute(\"DROP VIEW shown\")\nop.execute(\"CREATE VIEW shown AS SELECT id FROM panels\")"},
         .check = drop_view},
    Rule{.id = "drop-function",
         .category = "compatibility",
         .summary = "a function or trigger is dropped",
         .why = "What calls it fails, and what a trigger kept true is no longer kept.",
         .bad = {"DROP FUNCTION noted()", "op.execute(\"DROP TRIGGER noted ON panels\")"},
         .good = {"CREATE OR REPLACE FUNCTION noted() RETURNS int LANGUAGE sql AS 'select 1'",
                  "op.execute(\"CREATE OR REPLACE FUNCTION noted() RETURNS int LANGUAGE sql AS 'select 1'\")"},
         .check = drop_function},
    Rule{.id = "drop-type",
         .category = "compatibility",
         .summary = "a type, extension or other object is dropped",
         .why = "PostgreSQL refuses while a column uses it; code that casts to it fails afterwards.",
         .bad = {"DROP TYPE mood", "op.execute(\"DROP EXTENSION citext\")"},
         .good = {"CREATE TYPE mood AS ENUM ('so', 'so so')", "op.execute(\"CREATE TYPE mood AS ENUM ('so')\")"},
         .check = drop_type},
    Rule{.id = "drop-constraint",
         .category = "compatibility",
         .summary = "a constraint is dropped",
         .why = "What it kept out can come in, ON CONFLICT needs the unique constraint that it names, and dropping a "
                "foreign "
                "key takes ACCESS EXCLUSIVE on the other table, too.",
         .bad = {"ALTER TABLE panels DROP CONSTRAINT k", "op.drop_constraint(\"k\", \"panels\")"},
         .good = {"ALTER TABLE panels RENAME CONSTRAINT k TO l",
                  "op.execute(\"ALTER TABLE panels RENAME CONSTRAINT k TO l\")"},
         .check = drop_constraint},
    Rule{.id = "rename",
         .category = "compatibility",
         .summary = "a table or column gets another name or schema",
         .why = "The running code knows the old name. Between COMMIT and its restart it fails.",
         .bad = {"ALTER TABLE panels RENAME COLUMN title TO caption",
                 "op.alter_column(\"panels\", \"title\", new_column_name=\"caption\")"},
         .good = {"ALTER TABLE panels ADD COLUMN caption text",
                  "op.add_column(\"panels\", sa.Column(\"caption\", sa.Text()))"},
         .check = rename},
    Rule{.id = "rename-object",
         .category = "compatibility",
         .summary = "a view, type, function, sequence or enum value gets another name",
         .why = "Code names it in queries, casts and nextval(). Between COMMIT and its restart it fails.",
         .bad = {"ALTER TYPE mood RENAME VALUE 'so' TO 'fine'", "op.execute(\"ALTER VIEW shown RENAME TO seen\")"},
         .good = {"ALTER INDEX i RENAME TO j", "op.execute(\"ALTER INDEX i RENAME TO j\")"},
         .check = rename_object},
    Rule{.id = "required-column",
         .category = "compatibility",
         .summary = "a NOT NULL column without a default in the database",
         .why = "It fails as soon as the table holds a row, and INSERTs of the running code fail. `default=` of "
                "SQLAlchemy is "
                "no default in the database: server_default is.",
         .bad = {"ALTER TABLE panels ADD COLUMN note text NOT NULL",
                 "op.add_column(\"panels\", sa.Column(\"note\", sa.Text(), nullable=False, default=\"\"))"},
         .good = {"ALTER TABLE panels ADD COLUMN note text NOT NULL DEFAULT ''",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text(), nullable=False, server_default=\"\"))"},
         .check = required_column},
    Rule{.id = "python-default-only",
         .category = "advice",
         .summary = "a default that only SQLAlchemy knows",
         .why = "Column(default=...) is a value that SQLAlchemy sends with its INSERTs. ADD COLUMN says nothing of it.",
         .bad = {"", "op.add_column(\"panels\", sa.Column(\"note\", sa.Text(), default=\"\"))"},
         .good = {"ALTER TABLE panels ADD COLUMN note text DEFAULT ''",
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text(), server_default=\"\"))"},
         .check = python_default},
    Rule{.id = "replaced-in-place",
         .category = "advice",
         .summary = "a view or function is replaced while code uses it",
         .why = "CREATE OR REPLACE keeps name and rights, and changes what it does for those that run already.",
         .bad = {"CREATE OR REPLACE VIEW shown AS SELECT id FROM panels",
                 "op.execute(\"CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'\")"},
         .good = {"CREATE VIEW shown_2 AS SELECT id FROM panels",
                  "op.execute(\"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'\")"},
         .check = replaced_in_place},
    Rule{.id = "drop-default",
         .category = "advice",
         .summary = "a column loses its default",
         .why = "Code that leaves the column out of its INSERTs gets NULL, or an error.",
         .bad = {"ALTER TABLE panels ALTER COLUMN title DROP DEFAULT",
                 "op.alter_column(\"panels\", \"title\", server_default=None)"},
         .good = {"ALTER TABLE panels ALTER COLUMN title SET DEFAULT ''",
                  "op.alter_column(\"panels\", \"title\", server_default=\"\")"},
         .check = default_changed},
    Rule{.id = "drop-not-null",
         .category = "advice",
         .summary = "a column may be NULL from now on",
         .why = "Readers that were written for a value meet NULL as soon as a writer leaves it out.",
         .bad = {"ALTER TABLE panels ALTER COLUMN title DROP NOT NULL",
                 "op.alter_column(\"panels\", \"title\", nullable=True)"},
         .good = {"ALTER TABLE panels ALTER COLUMN title SET DEFAULT ''",
                  "op.alter_column(\"panels\", \"title\", server_default=\"\")"},
         .check = nullable},
};

}  // namespace

std::span<const Rule> running_code() {
  return all;
}

}  // namespace orchestrate::rules
