#include <array>

#include <fmt/format.h>

#include "orchestrate/size_text.hpp"
#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

/// Whether its WHERE names rows by a key: then they are as few as it names.
bool selects_by_key(const Statement& s, const TableFacts& table) {
  return std::ranges::any_of(table.indexes, [&](const auto& entry) {
    const TableFacts::Index& index = entry.second;
    return index.unique && index.valid && index.plain && !index.columns.empty() &&
           std::ranges::all_of(index.columns, [&](const std::string& column) {
             return std::ranges::find(s.columns, column) != s.columns.end();
           });
  });
}

std::optional<Flag> large_data_change(const Statement& s, const ReviewState& state) {
  const bool changes = s.kind == Kind::update_rows || s.kind == Kind::delete_rows;
  const TableFacts* table = changes && s.has_where ? table_of(s, state) : nullptr;
  if (!table || !table->is_larger_than(state.small_table) || selects_by_key(s, *table)) return std::nullopt;
  const std::string rows = table->rows < 0 ? "" : fmt::format("about {:.0f} rows, ", table->rows);
  return Flag{
      .object = object_of(s),
      .hazard =
          fmt::format("{} of {}, which has {}{}", s.kind == Kind::update_rows ? "UPDATE" : "DELETE", s.table.text(),
                      rows, table->size ? size_text(*table->size) : "more than anybody could ask for"),
      .effect = "each row that the WHERE selects stays locked until COMMIT, and VACUUM cannot clean up behind it",
      .remedy = "see how many it selects (EXPLAIN); if many: in batches, outside of the migration"};
}

std::optional<Flag> bulk_copy(const Statement& s, const ReviewState&) {
  if (!s.copies_rows || s.temporary) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "rows are copied into " + object_of(s) + " from a query or a file",
              .effect =
                  "one transaction for all of them: VACUUM cannot clean up anywhere in the database while it runs, "
                  "and locks that came before are held as long",
              .remedy = "make the table here, and fill it in batches outside of the migration"};
}

std::optional<Flag> row_by_row(const Statement& s, const ReviewState&) {
  constexpr std::string_view loop = "the loop runs over rows of a query";
  if (s.kind != Kind::opaque || !s.why.starts_with(loop)) return std::nullopt;
  return Flag{.object = "line-" + std::to_string(s.place.line),
              .hazard = "a loop sends statements for each row of a query",
              .effect = "each takes a round trip, and all are one transaction: hours where one UPDATE takes minutes",
              .remedy = "let the database do it:\nop.execute(\"UPDATE t SET ... FROM other WHERE ...\")"};
}

/// I7. Sequences do not see values that somebody else wrote.
std::optional<Flag> explicit_ids(const Statement& s, const ReviewState& state) {
  if (s.kind != Kind::insert_rows || !s.gives_id) return std::nullopt;
  const bool sets_sequence = any_of_kind({Kind::alter_object}, state, [&](const Statement& after) {
    return after.object == ObjectKind::sequence && !after.what.empty() && after.order > s.order;
  });
  const bool is_said = any_about(s.table, state, [&](const Statement& other) {
    return other.kind == Kind::insert_rows && other.gives_id && other.order < s.order && other.revision == s.revision;
  });
  if (sets_sequence || is_said) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "rows with ids of their own are inserted into " + s.table.text(),
              .effect = "where a sequence gives the ids it does not know them: a later INSERT fails (SQLSTATE 23505)",
              .remedy = fmt::format("leave the ids out, or set the sequence behind them:\n"
                                    "op.execute(\"SELECT setval(pg_get_serial_sequence('{0}', 'id'), "
                                    "(SELECT max(id) FROM {0}))\")",
                                    s.table.text())};
}

const std::array all = {
    Rule{.id = "large-data-change",
         .category = "advice",
         .summary = "UPDATE or DELETE of a table that is not small",
         .why = "How many rows a WHERE selects only the database knows. Spoken of with one at hand, where the table is "
                "not small and no key selects the rows.",
         .bad = {},
         .good = {"UPDATE panels SET title = '' WHERE id = 7", "op.execute(\"DELETE FROM panels WHERE id IN (1, 2)\")"},
         .needs = Needs::database,
         .check = large_data_change},
    Rule{.id = "bulk-copy",
         .category = "advice",
         .summary = "rows come from a query or a file",
         .why = "CREATE TABLE AS, SELECT INTO, INSERT ... SELECT and COPY FROM write as many rows as there are, in one "
                "transaction.",
         .bad = {"CREATE TABLE panels_old AS SELECT * FROM panels",
                 "op.execute(\"INSERT INTO panels (title) SELECT title FROM drafts\")"},
         .good = {"INSERT INTO panels (title) VALUES ('a'), ('b')",
                  "op.execute(\"INSERT INTO panels (title) SELECT 'a'\")"},
         .check = bulk_copy},
    Rule{.id = "row-by-row",
         .category = "advice",
         .summary = "a loop over the rows of a query",
         .why = "Python asks for rows and sends a statement for each. The database does the same in one.",
         .bad = {"",
                 "bind = op.get_bind()\n"
                 "for row in bind.execute(sa.text(\"SELECT id FROM panels\")):\n"
                 "    bind.execute(sa.text(\"UPDATE panels SET title = '' WHERE id = :id\"), {\"id\": row.id})"},
         .good = {"UPDATE panels SET title = '' WHERE title IS NULL",
                  "for name in (\"a\", \"b\"):\n"
                  "    op.execute(f\"INSERT INTO panels (title) VALUES ('{name}')\")"},
         .check = row_by_row},
    Rule{.id = "explicit-ids",
         .category = "advice",
         .summary = "rows with ids that no sequence gave",
         .why = "A serial or identity column takes its values from a sequence, which does not look at the table.",
         .bad = {"INSERT INTO panels (id, title) VALUES (1, 'a')",
                 "op.bulk_insert(sa.table(\"panels\", sa.column(\"id\")), [{\"id\": 1}])"},
         .good = {"INSERT INTO panels (id, title) VALUES (1, 'a');\n"
                  "SELECT setval('panels_id_seq', (SELECT max(id) FROM panels))",
                  "op.bulk_insert(sa.table(\"panels\", sa.column(\"title\")), [{\"title\": \"a\"}])"},
         .check = explicit_ids},
};

}  // namespace

std::span<const Rule> rows_written() {
  return all;
}

}  // namespace orchestrate::rules
