#include <algorithm>
#include <array>

#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::string joined(std::span<const std::string> texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::optional<Flag> check(const Statement& s, [[maybe_unused]] const ReviewState& state) {
  static constexpr std::array<StatementKind, 3> no_object = {StatementKind::read, StatementKind::opaque,
                                                             StatementKind::set_parameter};
  if (s.table.name.empty() || s.temporary || std::ranges::find(no_object, s.kind) != no_object.end())
    return std::nullopt;
  if (s.table == state.version_table)
    return Flag{.object = object_of(s),
                .hazard = s.table.text() + " is Alembic's own version table",
                .effect = "Alembic no longer knows which revisions are applied",
                .remedy = "leave it to `alembic stamp`"};
  if (s.what == "extension") return std::nullopt;  // is of the whole database
  const bool listed = std::ranges::find(state.schemas, s.table.schema) != state.schemas.end();
  if (state.schemas.empty() || listed) return std::nullopt;
  const std::string first = state.schemas.front();
  return Flag{
      .object = object_of(s),
      .hazard = s.qualified
                    ? "the schema " + s.table.schema + " is not this application's"
                    : s.table.name + " is named without a schema, which means public unless search_path says otherwise",
      .effect = "something of another application may be changed; the policy lists only " + joined(state.schemas),
      .remedy = "name the schema: schema=\"" + first + "\"; or list it under migrations.schemas of the policy"};
}

}  // namespace

const Rule out_of_scope{"out-of-scope", "out-of-scope", "something outside of this application is changed", check};

}  // namespace orchestrate::rules
