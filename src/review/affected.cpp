#include "review/affected.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// What a kind of statement may lock.
enum class Reach {
  nothing,   ///< nothing but what it references; readers are stopped by nobody but an ACCESS EXCLUSIVE lock
  relation,  ///< the relation that it names
  anything,  ///< nobody can tell
};
struct Effect {
  Kind kind;
  Reach reach;
  Touch touch = Touch::definition;
};

// Whatever is not here changes the definition of the relation that it names.
constexpr auto effects = std::to_array<Effect>({
    {Kind::create_table, Reach::nothing},
    {Kind::create_schema, Reach::nothing},
    {Kind::drop_schema, Reach::nothing},  // without CASCADE it is empty
    {Kind::change_cluster, Reach::nothing},
    {Kind::set_parameter, Reach::nothing},
    {Kind::control_transaction, Reach::nothing},
    {Kind::add_enum_value, Reach::nothing},
    {Kind::grant, Reach::nothing},  // a lock on the catalog's row alone
    {Kind::revoke, Reach::nothing},
    {Kind::insert_rows, Reach::relation, Touch::rows_added},
    {Kind::update_rows, Reach::relation, Touch::rows_changed},
    {Kind::delete_rows, Reach::relation, Touch::rows_changed},
    {Kind::truncate, Reach::relation, Touch::rows_changed},
    {Kind::drop_owned, Reach::anything},
    {Kind::access_host, Reach::anything},
    {Kind::opaque, Reach::anything},
});

// Objects that no lock on a table comes with; a comment or statistics may be on any.
constexpr auto apart =
    std::to_array<ObjectKind>({ObjectKind::aggregate, ObjectKind::domain, ObjectKind::extension, ObjectKind::function,
                               ObjectKind::language, ObjectKind::operator_, ObjectKind::procedure, ObjectKind::role,
                               ObjectKind::routine, ObjectKind::schema, ObjectKind::type});

bool about_object(const Statement& s) {
  return s.kind == Kind::create_object || s.kind == Kind::alter_object || s.kind == Kind::drop_object ||
         s.kind == Kind::set_owner;
}

Effect effect_of(const Statement& s) {
  const auto* found = std::ranges::find(effects, s.kind, &Effect::kind);
  if (found != effects.end()) return *found;
  if (s.kind == Kind::read && s.table.name.empty()) return {s.kind, Reach::nothing};
  if (s.kind == Kind::drop_object && s.object == ObjectKind::extension)
    return {s.kind, Reach::anything};  // with its tables
  if (s.kind == Kind::create_object && s.object == ObjectKind::index)
    return {s.kind, Reach::anything};  // on which table?
  if (about_object(s) && s.table.name.empty() && std::ranges::find(apart, s.object) != apart.end())
    return {s.kind, Reach::nothing};
  return {s.kind, Reach::relation};
}

/// Why nobody can tell what it locks; empty: it can be told.
std::string what_hides_it(const Statement& s, const Effect& effect) {
  if (!s.why.empty()) return s.why;
  if (!s.hidden_reference.empty()) return s.hidden_reference;
  if (s.cascade) return "CASCADE takes along whatever depends on it";
  const bool unnamed = effect.reach == Reach::relation && s.table.name.empty() && s.name.empty();
  if (effect.reach == Reach::anything || unnamed) return "its text does not name the tables that it locks";
  return {};
}

void add(Affected& affected, const Statement& s) {
  const Effect effect = effect_of(s);
  const std::string why = what_hides_it(s, effect);
  if (!why.empty()) {
    const std::string file = std::filesystem::path(s.place.file).filename();
    affected.unknown.push_back(file + ":" + std::to_string(s.place.line) + ": " + why);
  }
  if (s.kind == Kind::drop_schema) affected.schemas.insert(s.table.name);
  affected.concurrently |= s.concurrently;
  for (const TableName& other : s.references) affected.relations.insert({other, Touch::reference});
  if (effect.reach != Reach::relation) return;
  if (!s.table.name.empty()) affected.relations.insert({s.table, effect.touch});
  // DROP INDEX finds the table by the index, whatever table Alembic was told.
  const bool by_index = s.kind == Kind::drop_index || s.table.name.empty();
  if (by_index && !s.name.empty()) affected.relations.insert({{s.table.schema, s.name}, effect.touch});
}

}  // namespace

Affected affected_by(std::span<const ReadRevision> revisions) {
  Affected affected;
  for (const ReadRevision& revision : revisions) {
    if (revision.body == Script::Body::missing)
      affected.unknown.push_back(std::filesystem::path(revision.file).filename().string() +
                                 ": it has no function to run");
    for (const Statement& statement : revision.statements) add(affected, statement);
  }
  return affected;
}

}  // namespace orchestrate
