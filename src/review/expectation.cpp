#include "review/expectation.hpp"

#include <utility>
#include <vector>

namespace orchestrate {
namespace {

using Kind = StatementKind;

class Fold {
 public:
  explicit Fold(Expectation& expectation) : objects_(expectation.objects), untold_(expectation.untold) {}

  void apply(const Statement& s) {
    if (s.temporary) return;
    switch (s.kind) {
      case Kind::create_table:
        set(s, {s.table, {}}, true);
        for (const std::string& column : s.columns) set(s, {s.table, column}, true);
        return;
      case Kind::drop_table:
        forget_columns(s.table);
        return set(s, {s.table, {}}, false);
      case Kind::rename_table:
        return rename_table(s, {s.table.schema, s.new_name});
      case Kind::add_column:
        return set(s, {s.table, s.name}, true);
      case Kind::drop_column:
        return set(s, {s.table, s.name}, false);
      case Kind::rename_column:
        set(s, {s.table, s.name}, false);
        return set(s, {s.table, s.new_name}, true);
      case Kind::move_table:
        return forget([&](const SchemaObject& object) { return object.table == s.table; });
      case Kind::drop_schema:
        return forget([&](const SchemaObject& object) { return object.table.schema == s.table.schema; });
      case Kind::drop_owned:
        return objects_.clear();
      case Kind::opaque:
        ++untold_;
        return;
      default:
        return;
    }
  }

 private:
  /// Nothing is certain any more of what stands in a branch that may not run, or is made only IF something EXISTS.
  void set(const Statement& s, SchemaObject object, bool there) {
    if (s.conditional || (there && s.if_exists))
      objects_.erase(object);
    else
      objects_.insert_or_assign(std::move(object), Expectation::Fate{there, s.qualified, s.revision, s.place});
  }

  void rename_table(const Statement& s, const TableName& to) {
    std::vector<std::pair<SchemaObject, Expectation::Fate>> columns;
    for (const auto& [object, fate] : objects_)
      if (object.table == s.table && !object.column.empty()) columns.emplace_back(object, fate);
    forget_columns(s.table);
    set(s, {s.table, {}}, false);
    set(s, {to, {}}, true);
    if (s.conditional) return;
    for (auto& [object, fate] : columns) objects_.insert_or_assign({to, object.column}, std::move(fate));
  }

  void forget_columns(const TableName& table) {
    forget([&](const SchemaObject& object) { return object.table == table && !object.column.empty(); });
  }
  template <class Which>
  void forget(Which which) {
    std::erase_if(objects_, [&](const auto& entry) { return which(entry.first); });
  }

  std::map<SchemaObject, Expectation::Fate>& objects_;
  std::size_t& untold_;
};

/// What the statement makes that would stop it where it is there already.
std::vector<SchemaObject> made_by(const Statement& s) {
  if (s.temporary || s.conditional || s.if_not_exists || s.if_exists) return {};
  switch (s.kind) {
    case Kind::create_table:
      return {{s.table, {}}};
    case Kind::rename_table:
      return {{{s.table.schema, s.new_name}, {}}};
    case Kind::add_column:
      return {{s.table, s.name}};
    case Kind::rename_column:
      return {{s.table, s.new_name}};
    default:
      return {};
  }
}

}  // namespace

Expectation expectation_of(std::span<const ReadRevision> applied, std::span<const ReadRevision> others) {
  Expectation expectation;
  Fold fold(expectation);
  for (const ReadRevision& revision : applied)
    for (const Statement& statement : revision.statements) fold.apply(statement);
  for (const ReadRevision& revision : others)
    for (const Statement& s : revision.statements)
      for (SchemaObject& object : made_by(s))
        expectation.objects.emplace(std::move(object), Expectation::Fate{false, s.qualified, s.revision, s.place});
  return expectation;
}

}  // namespace orchestrate
