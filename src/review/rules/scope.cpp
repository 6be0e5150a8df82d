#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

bool names_an_object(const Statement& s) {
  static constexpr std::array no_object = {Kind::read, Kind::opaque, Kind::set_parameter};
  const bool is_known = s.table.name != unknown_part && s.table.schema != unknown_part;
  return is_known && !s.table.name.empty() && !s.temporary && std::ranges::find(no_object, s.kind) == no_object.end();
}

std::optional<Flag> version_table(const Statement& s, const ReviewState& state) {
  if (!names_an_object(s) || s.table != state.version_table) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = s.table.text() + " is Alembic's own version table",
              .effect = "Alembic no longer knows which revisions are applied",
              .remedy = "leave it to `alembic stamp`"};
}

std::optional<Flag> out_of_scope(const Statement& s, const ReviewState& state) {
  if (!names_an_object(s) || s.table == state.version_table) return std::nullopt;
  const bool listed = std::ranges::find(state.schemas, s.table.schema) != state.schemas.end();
  if (state.schemas.empty() || listed) return std::nullopt;
  return Flag{
      .object = object_of(s),
      .hazard = s.qualified
                    ? "the schema " + s.table.schema + " is not this application's"
                    : s.table.name + " is named without a schema, which means public unless search_path says otherwise",
      .effect = fmt::format("something of another application may be changed; the policy lists only {}",
                            fmt::join(state.schemas, ", ")),
      .remedy = "name the schema: schema=\"" + state.schemas.front() +
                "\"; or list it under migrations.schemas of the policy"};
}

std::optional<Flag> change_cluster(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::change_cluster) return std::nullopt;
  return Flag{.object = s.what,
              .hazard = s.what + " changes the whole server, not this application's schema",
              .effect = "every database of the server is concerned; it may not be undone by a rollback",
              .remedy = "do it by hand, as an administrator"};
}

/// J1.
std::optional<Flag> extension_owned(const Statement& s, const ReviewState& state) {
  const TableFacts* table = names_an_object(s) ? table_of(s, state) : nullptr;
  if (!table || table->extension.empty() || s.kind == Kind::grant) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = s.table.text() + " belongs to the extension " + table->extension,
              .effect =
                  "the extension stops working, or undoes it with its next update; autogenerate takes a table that "
                  "no model declares for one to drop",
              .remedy = "leave it out; in env.py: include_object= that passes over it"};
}

const std::array all = {
    Rule{.id = "version-table",
         .category = "out-of-scope",
         .summary = "Alembic's own table is changed",
         .why = "Which revisions are applied stands there and nowhere else.",
         .bad = {"UPDATE alembic_version SET version_num = '0001' WHERE true",
                 "op.execute(\"DELETE FROM cfg.alembic_version WHERE version_num = '0001'\")"},
         .good = {"SELECT version_num FROM alembic_version", "op.execute(\"SELECT version_num FROM alembic_version\")"},
         .check = version_table},
    Rule{.id = "out-of-scope",
         .category = "out-of-scope",
         .summary = "something outside of this application is changed",
         .why =
             "Where applications share a database, the policy lists this one's schemas (migrations.schemas). A change "
             "elsewhere is somebody else's.",
         .bad = {"", "op.execute(\"ALTER TABLE theirs.orders ADD COLUMN note text\")"},
         .good = {"", "op.execute(\"ALTER TABLE cfg.panels ADD COLUMN note text\")"},
         .check = out_of_scope},
    Rule{.id = "extension-owned",
         .category = "out-of-scope",
         .summary = "a table that belongs to an extension",
         .why = "Such as spatial_ref_sys of PostGIS. Spoken of with a database at hand only.",
         .bad = {},
         .good = {"ALTER TABLE cfg.panels ADD COLUMN note text",
                  "op.execute(\"ALTER TABLE cfg.panels ADD COLUMN note text\")"},
         .needs = Needs::database,
         .check = extension_owned},
    Rule{.id = "change-cluster",
         .category = "out-of-scope",
         .summary = "the whole server is changed",
         .why = "Roles, databases, tablespaces, subscriptions and ALTER SYSTEM are of every database of the server.",
         .bad = {"CREATE ROLE reader", "op.execute(\"ALTER SYSTEM SET work_mem = '1GB'\")"},
         .good = {"SET LOCAL work_mem = '64MB'", "op.execute(\"SET LOCAL work_mem = '64MB'\")"},
         .check = change_cluster},
};

}  // namespace

std::span<const Rule> scope() {
  return all;
}

}  // namespace orchestrate::rules
