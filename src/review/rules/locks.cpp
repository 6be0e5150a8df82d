#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> type_change(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::set_type || s.on_new_table) return std::nullopt;
  const TypeEffect effect = effect_of_change(s);
  if (effect == TypeEffect::loses || (effect == TypeEffect::none && !s.is_checked)) return std::nullopt;
  if (effect == TypeEffect::none)
    return Flag{.object = object_of(s),
                .hazard = "the column " + object_of(s) + " becomes " + s.type + ", and a CHECK names it",
                .effect = "every row is checked again under ACCESS EXCLUSIVE",
                .remedy = "drop the CHECK first, add it again NOT VALID, and validate it in the next revision"};
  return Flag{
      .object = object_of(s),
      .hazard = "the column " + object_of(s) + " becomes " + s.type,
      .effect =
          "the table is rewritten under ACCESS EXCLUSIVE with all its indexes, unless PostgreSQL knows that the "
          "old values fit; prepared statements of running code fail once",
      .remedy = fmt::format("add a new column, fill it in batches, switch over in a later revision:\n"
                            "op.execute('ALTER TABLE {} ADD COLUMN {}_new {}')",
                            s.table.text(), s.name, sql_type(s.type))};
}

/// Since PostgreSQL 12 a CHECK (column IS NOT NULL) that was validated before spares the scan.
bool is_proven(const Statement& s, const ReviewState& state) {
  static constexpr std::array ending = {Kind::drop_constraint, Kind::drop_column, Kind::rename_column,
                                        Kind::rename_table, Kind::drop_table};
  std::vector<std::string> waiting;  // added NOT VALID
  bool is_proven = false;
  for (const Statement* before : state.run_order.about(s.table)) {
    if (before->order >= s.order) break;
    if (std::ranges::find(ending, before->kind) != ending.end()) {  // it may be that one
      waiting.clear();
      is_proven = false;
    }
    if (before->conditional) continue;
    const bool is_waiting = std::ranges::find(waiting, before->name) != waiting.end();
    is_proven |= before->kind == Kind::validate_constraint && is_waiting;
    if (before->kind != Kind::add_constraint || before->proves_not_null != s.name) continue;
    is_proven |= !before->not_valid;  // which another rule says something about
    waiting.push_back(before->name);
  }
  return is_proven;
}

std::optional<Flag> set_not_null(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::set_not_null || s.on_new_table || s.skips_scan || is_proven(s, state)) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the column " + object_of(s) + " becomes NOT NULL",
      .effect =
          "the whole table is scanned under ACCESS EXCLUSIVE, and one NULL in it fails the migration; code that "
          "still writes NULL fails",
      .remedy = fmt::format(
          "in one revision:\n"
          "op.create_check_constraint(\"{0}\", \"{1}\", \"{2} IS NOT NULL\", postgresql_not_valid=True{3})\n"
          "in the next one:\n"
          "op.execute(\"ALTER TABLE {4} VALIDATE CONSTRAINT {0}\")\n"
          "op.alter_column(\"{1}\", \"{2}\", nullable=False{3})\n"
          "op.drop_constraint(\"{0}\", \"{1}\"{3})",
          s.table.name + "_" + s.name + "_not_null", s.table.name, s.name, schema_argument(s), s.table.text())};
}

std::optional<Flag> column_written_to_each_row(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_column || !s.differs_by_row || s.on_new_table) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = "the new column " + object_of(s) + " has a value of its own in each row",
      .effect =
          "the whole table and its indexes are written anew under ACCESS EXCLUSIVE; as much disk again is needed "
          "(a constant default, or now(), is only noted in the catalog)",
      .remedy = fmt::format("add it without the default, set that for new rows, fill the old ones in batches:\n"
                            "op.execute(\"ALTER TABLE {0} ADD COLUMN {1} {2}\")\n"
                            "op.execute(\"ALTER TABLE {0} ALTER COLUMN {1} SET DEFAULT ...\")",
                            s.table.text(), s.name, sql_type(s.type))};
}

std::string quoted_columns(const Statement& s) {
  std::string all;
  for (const std::string& column : s.columns) all += (all.empty() ? "\"" : ", \"") + column + "\"";
  return all.empty() || all.find("\"\"") != std::string::npos ? "..." : all;
}

std::optional<Flag> create_index_not_concurrently(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::create_index || s.concurrently || s.on_new_table) return std::nullopt;
  return Flag{.object = s.name.empty() ? object_of(s) : s.name,
              .hazard = "the index " + s.name + " on " + s.table.text() + " is built without CONCURRENTLY",
              .effect = "SHARE lock: nobody can write to the table until COMMIT",
              .remedy = fmt::format("in a revision of its own:\n"
                                    "with op.get_context().autocommit_block():\n"
                                    "    op.create_index(\"{}\", \"{}\", [{}]{}{}, postgresql_concurrently=True)",
                                    s.name, s.table.name, quoted_columns(s), schema_argument(s),
                                    s.unique ? ", unique=True" : "")};
}

std::optional<Flag> drop_index(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::drop_index || s.on_new_table || s.concurrently) return std::nullopt;
  const std::string table = s.table.name.empty() ? "" : ", table_name=\"" + s.table.name + "\"";
  return Flag{.object = s.name,
              .hazard = "the index " + s.name + " is dropped",
              .effect =
                  "ACCESS EXCLUSIVE on its table; queries that used it scan the whole table from then on; a unique "
                  "index also guards against duplicates",
              .remedy = fmt::format("find out whether the models still want it; if it must go:\n"
                                    "with op.get_context().autocommit_block():\n"
                                    "    op.drop_index(\"{}\"{}{}, postgresql_concurrently=True, if_exists=True)",
                                    s.name, table, schema_argument(s))};
}

std::string what_constraint_locks(const Statement& s) {
  const bool checks = s.constraint == ConstraintType::check || s.constraint == ConstraintType::foreign_key;
  if (s.constraint == ConstraintType::foreign_key)
    return "both tables are locked against writes while every row is checked";
  if (checks) return "ACCESS EXCLUSIVE while every row is checked";
  if (s.using_index) return "ACCESS EXCLUSIVE while a column that may be NULL is checked in every row";
  return "ACCESS EXCLUSIVE while its index is built";
}

std::string constraint_remedy(const Statement& s) {
  const bool checks = s.constraint == ConstraintType::check || s.constraint == ConstraintType::foreign_key;
  const std::string name = s.name.empty() ? "NAME" : s.name;
  if (checks)
    return fmt::format(
        "add it with postgresql_not_valid=True, and in the next revision:\n"
        "op.execute(\"ALTER TABLE {} VALIDATE CONSTRAINT {}\")",
        s.table.text(), name);
  if (s.constraint == ConstraintType::exclude) return "there is no way without the lock: do it while nobody works";
  return fmt::format(
      "build the index first, in a revision of its own, then name it:\n"
      "with op.get_context().autocommit_block():\n"
      "    op.create_index(\"{0}\", \"{1}\", [{2}]{3}, unique=True, postgresql_concurrently=True)\n"
      "op.execute(\"ALTER TABLE {4} ADD CONSTRAINT {0} {5} USING INDEX {0}\")",
      name, s.table.name, quoted_columns(s), schema_argument(s), s.table.text(),
      s.constraint == ConstraintType::primary_key ? "PRIMARY KEY" : "UNIQUE");
}

std::optional<Flag> validated_at_once(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::add_constraint || s.on_new_table || !work_of(s).scans) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "a constraint is added to " + s.table.text() + " and checked at once",
              .effect = what_constraint_locks(s) + "; one row that breaks it fails the migration",
              .remedy = constraint_remedy(s)};
}

std::optional<Flag> rewrite(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::rewrite || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = s.table.text() + " is rewritten",
              .effect = "the whole table is copied under ACCESS EXCLUSIVE; as much disk again is needed",
              .remedy = "do it outside of a migration, concurrently"};
}

std::optional<Flag> rebuild(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::rebuild || s.on_new_table || s.concurrently) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = s.what + " without CONCURRENTLY",
              .effect = s.what == "REINDEX" ? "nobody can write until it is done, nor read by that index"
                                            : "ACCESS EXCLUSIVE: nobody can read the view until it is done",
              .remedy = "outside of a transaction, or of the migration: " + s.what + " CONCURRENTLY"};
}

std::optional<Flag> lock_table(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::lock_table || s.on_new_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "LOCK TABLE " + s.table.text(),
              .effect = "ACCESS EXCLUSIVE unless it says otherwise, until COMMIT: nobody can even read",
              .remedy = "leave it out: each statement takes the lock that it needs"};
}

const std::array all = {
    Rule{.id = "type-change",
         .category = "blocking-lock",
         .summary = "a column changes its type",
         .why =
             "Most changes of a type write the whole table and its indexes anew under ACCESS EXCLUSIVE. Free are only: "
             "varchar to a longer one or to text, numeric to more digits with the same scale, timestamp to timestamptz "
             "where TimeZone is UTC.",
         .bad = {"ALTER TABLE panels ALTER COLUMN channel TYPE bigint",
                 "op.alter_column(\"panels\", \"channel\", existing_type=sa.Integer(), type_=sa.BigInteger())"},
         .good = {"ALTER TABLE panels ADD COLUMN channel_new bigint",
                  "op.alter_column(\"panels\", \"title\", existing_type=sa.String(20), type_=sa.String(40))"},
         .check = type_change},
    Rule{.id = "set-not-null",
         .category = "blocking-lock",
         .summary = "a column becomes NOT NULL",
         .why = "Every row is read under ACCESS EXCLUSIVE, unless a CHECK (column IS NOT NULL) was validated before "
                "(PostgreSQL 12 and later).",
         .bad = {"ALTER TABLE panels ALTER COLUMN title SET NOT NULL",
                 "op.alter_column(\"panels\", \"title\", nullable=False)"},
         .good = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (title IS NOT NULL) NOT VALID",
                  "op.create_check_constraint(\"k\", \"panels\", \"title IS NOT NULL\", postgresql_not_valid=True)"},
         .check = set_not_null},
    Rule{
        .id = "column-written-to-each-row",
        .category = "blocking-lock",
        .summary = "a new column makes PostgreSQL write the whole table",
        .why = "A default that is the same for all rows is kept in the catalog (PostgreSQL 11 and later). One that "
               "PostgreSQL "
               "must compute for each row (random(), nextval(), gen_random_uuid(), identity, GENERATED ... STORED) "
               "makes it "
               "write the table anew.",
        .bad =
            {"ALTER TABLE panels ADD COLUMN key uuid DEFAULT gen_random_uuid()",
             "op.add_column(\"panels\", sa.Column(\"key\", sa.Uuid(), server_default=sa.text(\"gen_random_uuid()\")))"},
        .good = {"ALTER TABLE panels ADD COLUMN made timestamptz DEFAULT now()",
                 "op.add_column(\"panels\", sa.Column(\"made\", sa.DateTime(), server_default=sa.func.now()))"},
        .check = column_written_to_each_row},
    Rule{.id = "create-index-not-concurrently",
         .category = "blocking-lock",
         .summary = "an index is built under a lock",
         .why =
             "CREATE INDEX takes SHARE: reading goes on, writing waits until COMMIT. CONCURRENTLY hinders nobody, and "
             "cannot run in a transaction. It leaves an invalid index behind when it fails: post_check says so.",
         .bad = {"CREATE INDEX i ON panels (title)", "op.create_index(\"i\", \"panels\", [\"title\"])"},
         .good = {"CREATE INDEX CONCURRENTLY i ON panels (title)",
                  "with op.get_context().autocommit_block():\n"
                  "    op.create_index(\"i\", \"panels\", [\"title\"], postgresql_concurrently=True)"},
         .check = create_index_not_concurrently},
    Rule{.id = "drop-index",
         .category = "blocking-lock",
         .summary = "an index is dropped under a lock",
         .why =
             "DROP INDEX takes ACCESS EXCLUSIVE on the table: short, but it waits behind every reader, and everybody "
             "else behind it.",
         .bad = {"DROP INDEX i", "op.drop_index(\"i\", table_name=\"panels\")"},
         .good = {"DROP INDEX CONCURRENTLY i",
                  "with op.get_context().autocommit_block():\n"
                  "    op.drop_index(\"i\", table_name=\"panels\", postgresql_concurrently=True)"},
         .check = drop_index},
    Rule{.id = "constraint-validated-at-once",
         .category = "blocking-lock",
         .summary = "a constraint is checked or built under a lock",
         .why =
             "A CHECK reads every row under ACCESS EXCLUSIVE, a foreign key under SHARE ROW EXCLUSIVE on both tables, "
             "UNIQUE and PRIMARY KEY build an index under ACCESS EXCLUSIVE. NOT VALID and VALIDATE CONSTRAINT in "
             "another "
             "transaction, or USING INDEX, hinder nobody.",
         .bad = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (channel > 0)",
                 "op.create_foreign_key(\"k\", \"panels\", \"channels\", [\"channel\"], [\"id\"])"},
         .good = {"ALTER TABLE panels ADD CONSTRAINT k CHECK (channel > 0) NOT VALID",
                  "op.create_foreign_key(\"k\", \"panels\", \"channels\", [\"channel\"], [\"id\"], "
                  "postgresql_not_valid=True)"},
         .check = validated_at_once},
    Rule{.id = "rewrite",
         .category = "blocking-lock",
         .summary = "a table is rewritten",
         .why =
             "VACUUM FULL, CLUSTER, SET TABLESPACE, SET ACCESS METHOD and SET LOGGED or UNLOGGED copy the table under "
             "ACCESS EXCLUSIVE. pg_repack does the same without.",
         .bad = {"VACUUM FULL panels", "op.execute(\"ALTER TABLE panels SET TABLESPACE fast\")"},
         .good = {"VACUUM panels", "op.execute(\"ANALYZE panels\")"},
         .check = rewrite},
    Rule{.id = "rebuild",
         .category = "blocking-lock",
         .summary = "an index or a materialized view is made anew under a lock",
         .why = "REINDEX takes SHARE on the table and ACCESS EXCLUSIVE on the index, REFRESH MATERIALIZED VIEW ACCESS "
                "EXCLUSIVE on the view. Both know CONCURRENTLY.",
         .bad = {"REINDEX TABLE panels", "op.execute(\"REFRESH MATERIALIZED VIEW shown\")"},
         .good = {"REINDEX TABLE CONCURRENTLY panels", "op.execute(\"REFRESH MATERIALIZED VIEW CONCURRENTLY shown\")"},
         .check = rebuild},
    Rule{.id = "lock-table",
         .category = "blocking-lock",
         .summary = "a table is locked by name",
         .why = "LOCK TABLE without a mode is ACCESS EXCLUSIVE until COMMIT.",
         .bad = {"LOCK TABLE panels", "op.execute(\"LOCK TABLE panels\")"},
         .good = {"SELECT id FROM panels WHERE id = 1 FOR UPDATE",
                  "op.execute(\"SELECT id FROM panels WHERE id = 1 FOR UPDATE\")"},
         .check = lock_table},
};

}  // namespace

std::span<const Rule> locks() {
  return all;
}

}  // namespace orchestrate::rules
