#include <array>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

using Kind = StatementKind;

std::optional<Flag> type_change_without_using(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::set_type || s.has_using || s.old_type.empty()) return std::nullopt;
  if (conversion(s.old_type, s.type) != Conversion::needs_using) return std::nullopt;
  const std::string_view name = enum_name(s.type);
  const std::string type = name.empty() ? sql_type(s.type) : std::string(name);
  return Flag{.object = object_of(s),
              .hazard = fmt::format("{} changes from {} to {} without USING", object_of(s), s.old_type, s.type),
              .effect = "PostgreSQL refuses it (SQLSTATE 42804, cannot be cast automatically): the migration fails",
              .remedy = fmt::format("op.alter_column(\"{0}\", \"{1}\", type_=..., "
                                    "postgresql_using=\"{1}::{2}\"{3}); values that do not convert fail it then",
                                    s.table.name, s.name, type, schema_argument(s))};
}

/// Whether the set makes the type before, or says what nobody can read.
bool is_made_before(const Statement& s, const std::string& type, const ReviewState& state) {
  return any_of_kind({Kind::opaque, Kind::create_object, Kind::create_table}, state, [&](const Statement& before) {
    if (before.order >= s.order) return false;
    if (before.kind == Kind::opaque) return true;
    const bool creates =
        before.kind == Kind::create_object && before.object == ObjectKind::type && before.table.name == type;
    return creates || std::ranges::find(before.made_types, type) != before.made_types.end();
  });
}

std::optional<Flag> missing_enum_type(const Statement& s, const ReviewState& state) {
  for (const std::string& type : s.needed_types) {
    if (state.facts.types.contains(type) || is_made_before(s, type, state)) continue;
    const std::string unless = has_database(state) ? "" : ", unless an earlier revision made it";
    return Flag{
        .object = s.table.text() + (s.name.empty() ? "" : "." + s.name),
        .hazard = "nothing here makes the enum type " + type,
        .effect = "the migration fails (SQLSTATE 42704, type \"" + type + "\" does not exist)" + unless,
        .remedy = fmt::format("make it before the column:\nsa.Enum(..., name=\"{}\").create(op.get_bind())", type)};
  }
  return std::nullopt;
}

std::optional<Flag> enum_not_extended(const Statement& s, const ReviewState& state) {
  const std::string name(enum_name(s.type));
  if (s.kind != Kind::set_type || name.empty() || name != enum_name(s.old_type) || s.type == s.old_type)
    return std::nullopt;
  const bool extends = any_of_kind(
      {Kind::opaque, Kind::add_enum_value, Kind::create_object, Kind::alter_object}, state,
      [](const Statement& other) { return other.kind == Kind::opaque || other.object == ObjectKind::type; });
  if (extends) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the values of the enum type " + name + " do not change by this",
              .effect = "PostgreSQL is told ALTER COLUMN TYPE " + name +
                        ", which it is already; code that writes a new "
                        "value fails (SQLSTATE 22P02)",
              .remedy = fmt::format("with op.get_context().autocommit_block():\n"
                                    "    op.execute(\"ALTER TYPE {} ADD VALUE '...'\")",
                                    name)};
}

/// C9, for changes that no other rule speaks of.
std::optional<Flag> cached_plan(const Statement& s, const ReviewState&) {
  if (s.kind != Kind::set_type || s.on_new_table || s.is_checked || s.old_type == s.type) return std::nullopt;
  const bool same_enum = !enum_name(s.type).empty();
  if (same_enum || effect_of_change(s) != TypeEffect::none) return std::nullopt;
  return Flag{.object = object_of(s),
              .hazard = "the column " + object_of(s) + " becomes " + s.type + ", which costs PostgreSQL nothing",
              .effect =
                  "prepared statements that select it fail until their sessions end (cached plan must not change "
                  "result type; asyncpg: InvalidCachedStatementError)",
              .remedy = "restart every service that uses the database right after the upgrade"};
}

const std::array all = {
    Rule{.id = "type-change-without-using",
         .category = "compatibility",
         .summary = "a type change that PostgreSQL does not convert by itself",
         .why = "ALTER COLUMN TYPE converts only where there is a cast in assignment: text does not become a number, a "
                "date, a uuid or an enum, nor an integer a boolean. Autogenerate does not write postgresql_using.",
         .bad = {"", "op.alter_column(\"panels\", \"channel\", existing_type=sa.String(20), type_=sa.Integer())"},
         .good = {"ALTER TABLE panels ALTER COLUMN channel TYPE integer USING channel::integer",
                  "op.alter_column(\"panels\", \"channel\", existing_type=sa.String(20), type_=sa.Integer(),\n"
                  "    postgresql_using=\"channel::integer\")"},
         .check = type_change_without_using},
    Rule{.id = "missing-enum-type",
         .category = "compatibility",
         .summary = "a column of an enum type that nothing makes",
         .why = "SQLAlchemy makes an enum type with op.create_table. With op.add_column and op.alter_column Alembic "
                "does not, nor "
                "with postgresql.ENUM(create_type=False): the type must be there.",
         .bad = {"", "op.add_column(\"panels\", sa.Column(\"mood\", sa.Enum(\"so\", \"so so\", name=\"mood\")))"},
         .good = {"",
                  "mood = sa.Enum(\"so\", \"so so\", name=\"mood\")\n"
                  "mood.create(op.get_bind())\n"
                  "op.add_column(\"panels\", sa.Column(\"mood\", mood))"},
         .check = missing_enum_type},
    Rule{.id = "enum-not-extended",
         .category = "compatibility",
         .summary = "an enum that gets no new value",
         .why = "op.alter_column with the same enum and one more value is ALTER COLUMN ... TYPE of the type that the "
                "column has: PostgreSQL does nothing. Values are added with ALTER TYPE ... ADD VALUE.",
         .bad = {"",
                 "op.alter_column(\"panels\", \"mood\", existing_type=sa.Enum(\"so\", name=\"mood\"),\n"
                 "    type_=sa.Enum(\"so\", \"fine\", name=\"mood\"))"},
         .good = {"ALTER TYPE mood ADD VALUE 'fine'", "op.execute(\"ALTER TYPE mood ADD VALUE 'fine'\")"},
         .check = enum_not_extended},
    Rule{.id = "cached-plan",
         .category = "advice",
         .summary = "a free type change that breaks prepared statements",
         .why =
             "A session keeps the result type of what it has prepared. Even where ALTER COLUMN TYPE only changes the "
             "catalog, the next execution fails, again and again until the session ends or prepares anew.",
         .bad = {"", "op.alter_column(\"panels\", \"title\", existing_type=sa.String(20), type_=sa.String(40))"},
         .good = {"ALTER TABLE panels ADD COLUMN caption varchar(40)",
                  "op.add_column(\"panels\", sa.Column(\"caption\", sa.String(40)))"},
         .check = cached_plan},
};

}  // namespace

std::span<const Rule> types() {
  return all;
}

}  // namespace orchestrate::rules
