#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/type_effect.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> drop_table(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_table || s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the table " + object_of(s) + " is dropped",
      .effect = "every row of it is gone; ACCESS EXCLUSIVE on it and on each table that it references, until COMMIT",
      .remedy = fmt::format("keep it for one release under another name:\nop.rename_table(\"{0}\", \"{0}_old\"{1})",
                            s.table.name, schema_argument(s))};
}

std::optional<Flag> drop_column(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_column || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the column " + object_of(s) + " is dropped",
              .effect =
                  "its values are gone, with its indexes and constraints; code that still names it fails until it "
                  "is restarted; short ACCESS EXCLUSIVE",
              .remedy = fmt::format("release code that no longer maps the column first, then drop it; until then:\n"
                                    "op.alter_column(\"{}\", \"{}\", nullable=True{})",
                                    s.table.name, s.name, schema_argument(s))};
}

std::optional<Flag> drop_schema(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_schema && s.kind != Kind::drop_owned) return std::nullopt;
  const bool owned = s.kind == Kind::drop_owned;
  return Flag{
      .object = owned ? s.what : s.table.schema,
      .hazard = owned ? s.what + " changes every object of a role" : "the schema " + s.table.schema + " is dropped",
      .effect = "everything in it is gone",
      .remedy = "never in a migration: drop its tables one by one, or do it by hand after a backup"};
}

std::optional<Flag> truncate(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::truncate || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "TRUNCATE empties " + object_of(s) + (s.cascade ? " and every table that references it" : ""),
              .effect = "every row is gone; ACCESS EXCLUSIVE until COMMIT",
              .remedy = fmt::format("delete the rows that are meant, in batches:\n"
                                    "op.execute(\"DELETE FROM {} WHERE ...\")",
                                    s.table.text())};
}

std::optional<Flag> cascade(const Statement& s, const ReviewState&) {
  if (!s.cascade || s.kind == Kind::truncate || s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "CASCADE drops objects that are not named here",
      .effect = "views, foreign keys, triggers and, with types, columns that depend on " + object_of(s) + " go with it",
      .remedy = "list the dependents (\\d+ in psql), drop each of them by name, and leave CASCADE out"};
}

std::optional<Flag> lossy_type_change(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::set_type || s.on_new_table) return std::nullopt;
  const bool is_hidden = s.old_type.empty();
  const bool may_lose = is_hidden && (holds_little(s.type) || (s.has_using && is_limited_text(s.type)));
  if (!may_lose && !s.computes && effect_of_change(s) != TypeEffect::loses) return std::nullopt;
  const std::string change = s.computes  ? " becomes " + s.type + ", and USING computes its values anew"
                             : is_hidden ? " becomes " + s.type + ", which holds less than most that it may be now"
                                         : " changes from " + s.old_type + " to " + s.type + ", which holds less";
  return Flag{.object = object_of(s),
              .hazard = "the column " + object_of(s) + change,
              .effect =
                  "values are cut or rounded, or the migration fails on the first that does not fit; the table is "
                  "rewritten under ACCESS EXCLUSIVE",
              .remedy = fmt::format("add a new column, fill and compare it, and drop the old one a release later:\n"
                                    "op.execute('ALTER TABLE {} ADD COLUMN {}_new {}')",
                                    s.table.text(), s.name, sql_type(s.type))};
}

/// What the other direction would make again; nullptr when it does not say.
const Statement* made_again(const ReadRevision& revision, const Statement& dropped) {
  const bool column = dropped.kind == Kind::drop_column;
  const auto found = std::ranges::find_if(revision.opposite, [&](const Statement& s) {
    return s.kind == (column ? Kind::add_column : Kind::create_table) && s.table == dropped.table &&
           s.name == dropped.name;
  });
  return found == revision.opposite.end() ? nullptr : &*found;
}

/// Whether `made` could be the dropped thing under a new name; `before`: what that was, where the other direction says.
bool replaces(const Statement& dropped, const Statement* before, const Statement& made) {
  if (dropped.kind == Kind::drop_column)
    return made.kind == Kind::add_column && made.table == dropped.table && made.name != dropped.name &&
           (!before || before->type == made.type);
  return dropped.kind == Kind::drop_table && made.kind == Kind::create_table && before && !before->columns.empty() &&
         before->columns == made.columns && made.table != dropped.table;
}

std::vector<Flag> rename_as_drop_add(const ReadRevision& revision, const ReviewState&) {
  std::vector<Flag> flags;
  for (const Statement& dropped : revision.statements) {
    if (dropped.kind != Kind::drop_column && dropped.kind != Kind::drop_table) continue;
    const Statement* before = made_again(revision, dropped);
    const auto added = std::ranges::find_if(revision.statements,
                                            [&](const Statement& made) { return replaces(dropped, before, made); });
    if (added == revision.statements.end()) continue;
    const bool table = dropped.kind == Kind::drop_table;
    flags.push_back(
        {.object = object_of(dropped),
         .hazard = object_of(dropped) + " is dropped and " + object_of(*added) + " is made: a rename?",
         .effect = "autogenerate cannot see a rename; the old values are dropped and the new place is empty",
         .remedy = table ? fmt::format("op.rename_table(\"{}\", \"{}\"{})", dropped.table.name, added->table.name,
                                       schema_argument(dropped))
                         : fmt::format("op.alter_column(\"{}\", \"{}\", new_column_name=\"{}\"{})", dropped.table.name,
                                       dropped.name, added->name, schema_argument(dropped)),
         .about = &dropped});
  }
  return flags;
}

std::optional<Flag> table_recreated(const Statement& s, const ReviewState&) {
  if (!s.recreates || s.on_new_table) return std::nullopt;
  return Flag{.object = s.table.name,
              .hazard = "batch mode makes " + s.table.text() + " anew and copies its rows",
              .effect =
                  "foreign keys that lead to it, triggers, rights, row security and comments are lost; ACCESS "
                  "EXCLUSIVE for as long as the copy takes",
              .remedy = "PostgreSQL changes tables in place: leave recreate=\"always\" out"};
}

std::optional<Flag> unlogged(const Statement& s, const ReviewState&) {
  if (!s.unlogged) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = object_of(s) + " is UNLOGGED",
              .effect = "after a crash of the server it is empty, and no replica and no point-in-time recovery has it",
              .remedy = "leave UNLOGGED out, unless its rows can be made again"};
}

/// A sequence that is set anew may give out values that are taken.
std::optional<Flag> sequence_reset(const Statement& s, const ReviewState&) {
  const bool restarts = s.kind == Kind::alter_object && s.object == ObjectKind::sequence && s.what == "RESTART";
  const bool drops = s.kind == Kind::drop_object && s.object == ObjectKind::sequence;
  if (!restarts && !drops) return std::nullopt;
  const std::string name = s.table.name.empty() ? "of a column" : s.table.text();
  return Flag{.object = name,
              .hazard = "the sequence " + name + (drops ? " is dropped" : " begins anew"),
              .effect = drops ? "where it stood is gone; an INSERT that takes its default from it fails"
                              : "values that are taken come again: INSERTs fail on a primary key, or are double",
              .remedy = "set it behind what is there:\nop.execute(\"SELECT setval('" + s.table.text() +
                        "', (SELECT max(...) FROM ...))\")"};
}

const std::array all = {
    Rule{.id = "drop-table",
         .category = "data-loss",
         .summary = "a table is dropped",
         .why =
             "DROP TABLE takes ACCESS EXCLUSIVE on the table and on every table that it references, and a rollback of "
             "the release does not bring the rows back: only the backup does.",
         .bad = {"DROP TABLE panels", "op.drop_table(\"panels\")"},
         .good = {"ALTER TABLE panels RENAME TO panels_old", "op.rename_table(\"panels\", \"panels_old\")"},
         .check = drop_table},
    Rule{.id = "drop-column",
         .category = "data-loss",
         .summary = "a column is dropped",
         .why = "The values are gone with the column's indexes and constraints, and code that still selects it fails. "
                "Release code that does not map it first.",
         .bad = {"ALTER TABLE panels DROP COLUMN title", "op.drop_column(\"panels\", \"title\")"},
         .good = {"ALTER TABLE panels ALTER COLUMN title DROP NOT NULL",
                  "op.alter_column(\"panels\", \"title\", nullable=True)"},
         .check = drop_column},
    Rule{.id = "drop-schema",
         .category = "data-loss",
         .summary = "a schema or all objects of a role are dropped",
         .why = "Everything in it goes, and nobody listed it.",
         .bad = {"DROP SCHEMA shop CASCADE", "op.execute(\"DROP SCHEMA shop\")"},
         .good = {"CREATE SCHEMA shop", "op.execute(\"CREATE SCHEMA shop\")"},
         .check = drop_schema},
    Rule{.id = "truncate",
         .category = "data-loss",
         .summary = "a table is emptied",
         .why = "TRUNCATE takes ACCESS EXCLUSIVE; with CASCADE it empties each table that references this one, too.",
         .bad = {"TRUNCATE panels", "op.execute(\"TRUNCATE panels\")"},
         .good = {"DELETE FROM panels WHERE id = 1", "op.execute(\"DELETE FROM panels WHERE id = 1\")"},
         .check = truncate},
    Rule{.id = "cascade",
         .category = "data-loss",
         .summary = "CASCADE drops what nobody named",
         .why = "DROP ... CASCADE takes views, foreign keys and triggers along, DROP TYPE ... CASCADE also columns.",
         .bad = {"DROP TABLE panels CASCADE", "op.execute(\"DROP TYPE mood CASCADE\")"},
         .good = {"DROP VIEW shown", "op.execute(\"DROP VIEW shown\")"},
         .check = cascade},
    Rule{.id = "rename-as-drop-add",
         .category = "data-loss",
         .summary = "a rename written as drop and add",
         .why =
             "Autogenerate compares names only. What was renamed in the models it writes as a drop and an add, and the "
             "values go with the drop.",
         .bad = {"ALTER TABLE panels ADD COLUMN caption text; ALTER TABLE panels DROP COLUMN title",
                 "op.add_column(\"panels\", sa.Column(\"caption\", sa.Text()))\nop.drop_column(\"panels\", \"title\")"},
         .good = {"ALTER TABLE panels RENAME COLUMN title TO caption",
                  "op.alter_column(\"panels\", \"title\", new_column_name=\"caption\")"},
         .check = rename_as_drop_add},
    Rule{.id = "lossy-type-change",
         .category = "data-loss",
         .summary = "a column gets a type that holds less",
         .why = "Values are cut or rounded without a word (numeric to a smaller scale, timestamp to date), or the "
                "migration "
                "fails on the first that does not fit (varchar(20) to varchar(10)).",
         .bad = {"", "op.alter_column(\"panels\", \"at\", existing_type=sa.DateTime(), type_=sa.Date())"},
         .good = {"ALTER TABLE panels ADD COLUMN day date", "op.add_column(\"panels\", sa.Column(\"day\", sa.Date()))"},
         .check = lossy_type_change},
    Rule{.id = "table-recreated",
         .category = "data-loss",
         .summary = "a table is made anew and its rows are copied",
         .why = "Alembic's batch mode with recreate=\"always\" is for SQLite. On PostgreSQL what hangs on the table is "
                "lost.",
         .bad = {"",
                 "with op.batch_alter_table(\"panels\", recreate=\"always\") as batch:\n"
                 "    batch.add_column(sa.Column(\"note\", sa.Text()))"},
         .good = {"",
                  "with op.batch_alter_table(\"panels\") as batch:\n"
                  "    batch.add_column(sa.Column(\"note\", sa.Text()))"},
         .check = table_recreated},
    Rule{.id = "unlogged",
         .category = "data-loss",
         .summary = "a table that a crash empties",
         .why = "An UNLOGGED table is truncated by recovery after a crash, and is on no replica and in no base backup.",
         .bad = {"CREATE UNLOGGED TABLE seen (id int)", "op.execute(\"ALTER TABLE panels SET UNLOGGED\")"},
         .good = {"CREATE TABLE seen (id bigint PRIMARY KEY)",
                  "op.execute(\"CREATE TABLE seen (id bigint PRIMARY KEY)\")"},
         .check = unlogged},
    Rule{.id = "sequence-reset",
         .category = "data-loss",
         .summary = "a sequence is dropped or begins anew",
         .why = "Values that a sequence gave out are in primary keys. When it gives them out again, INSERTs fail.",
         .bad = {"ALTER SEQUENCE panels_id_seq RESTART", "op.execute(\"DROP SEQUENCE panels_id_seq\")"},
         .good = {"ALTER SEQUENCE panels_id_seq INCREMENT 10",
                  "op.execute(\"ALTER SEQUENCE panels_id_seq INCREMENT 10\")"},
         .check = sequence_reset},
};

}  // namespace

std::span<const Rule> data_loss() {
  return all;
}

}  // namespace orchestrate::rules
