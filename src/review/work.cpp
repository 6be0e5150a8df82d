#include "review/work.hpp"

#include <array>

namespace orchestrate {
namespace {

using Kind = StatementKind;

constexpr std::array<std::string_view, 9> names = {
    "no lock", "ACCESS SHARE",        "ROW SHARE", "ROW EXCLUSIVE",   "SHARE UPDATE EXCLUSIVE",
    "SHARE",   "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};

Work of_constraint(const Statement& s) {
  const bool is_index = s.constraint == ConstraintType::unique || s.constraint == ConstraintType::primary_key ||
                        s.constraint == ConstraintType::exclude;
  Work work{.lock = Lock::access_exclusive};
  if (s.constraint == ConstraintType::foreign_key) {
    work.lock = work.on_references = Lock::share_row_exclusive;
  }
  // A primary key's columns become NOT NULL, for which a table is read whatever index there is.
  const bool has_index = s.using_index && s.constraint != ConstraintType::primary_key;
  work.scans = !s.skips_scan && !s.not_valid && !has_index && (is_index || s.constraint != ConstraintType::none);
  return work;
}

Work of_object(const Statement& s) {
  switch (s.object) {
    case ObjectKind::trigger:
      return {.lock = s.kind == Kind::create_object ? Lock::share_row_exclusive : Lock::access_exclusive};
    case ObjectKind::view:
    case ObjectKind::materialized_view:
      if (s.kind == Kind::create_object && !s.replaces) return {};
      return {.lock = Lock::access_exclusive};
    case ObjectKind::constraint:  // of a table, renamed
    case ObjectKind::rule:
    case ObjectKind::policy:
      return {.lock = Lock::access_exclusive};
    case ObjectKind::domain:  // of each table that uses it
      if (s.kind != Kind::alter_object || s.skips_scan || s.what.empty()) return {};
      return {.on_references = Lock::share, .scans = true};
    case ObjectKind::statistics:
    case ObjectKind::comment:
      return {.lock = s.table.name.empty() ? Lock::none : Lock::share_update_exclusive};
    default:
      return {};
  }
}

}  // namespace

std::string_view to_string(Lock lock) {
  return names[static_cast<std::size_t>(lock)];
}

Work work_of(const Statement& s) {
  switch (s.kind) {
    case Kind::create_table:
      return {.on_references = s.is_part ? Lock::access_exclusive : Lock::share_row_exclusive};
    case Kind::drop_table:
      return {.lock = Lock::access_exclusive, .on_references = Lock::access_exclusive};
    case Kind::add_column:
      return {.lock = Lock::access_exclusive,
              .scans = s.differs_by_row || s.has_checked_domain,
              .rewrites = s.differs_by_row || s.has_checked_domain};
    case Kind::set_type: {
      const bool rewrites = effect_of_change(s) != TypeEffect::none;
      return {.lock = Lock::access_exclusive, .scans = rewrites || s.is_checked, .rewrites = rewrites};
    }
    case Kind::set_not_null:
      return {.lock = Lock::access_exclusive, .scans = !s.skips_scan};
    case Kind::add_constraint:
      return of_constraint(s);
    case Kind::validate_constraint:
      return {.lock = Lock::share_update_exclusive, .scans = true};
    case Kind::create_index:
      return {.lock = s.concurrently ? Lock::share_update_exclusive : Lock::share, .scans = true};
    case Kind::drop_index:
    case Kind::detach_partition:
      return {.lock = s.concurrently ? Lock::share_update_exclusive : Lock::access_exclusive,
              .on_references = Lock::access_exclusive};
    case Kind::attach_partition:
      return {.lock = Lock::share_update_exclusive, .on_references = Lock::access_exclusive};
    case Kind::rewrite:
      return {.lock = Lock::access_exclusive, .scans = true, .rewrites = true};
    case Kind::rebuild:
      if (s.what == "REINDEX")
        return {.lock = s.concurrently ? Lock::share_update_exclusive : Lock::share, .scans = true};
      return {.lock = s.concurrently ? Lock::exclusive : Lock::access_exclusive,
              .scans = true,
              .rewrites = !s.concurrently};
    case Kind::insert_rows:
    case Kind::update_rows:
    case Kind::delete_rows:
      return {.lock = Lock::row_exclusive};
    case Kind::tune_table:
      return {.lock = Lock::share_update_exclusive};
    case Kind::enable_trigger:
    case Kind::disable_trigger:
      return {.lock = Lock::share_row_exclusive};
    case Kind::rename_table:
    case Kind::move_table:
    case Kind::alter_table:
    case Kind::drop_column:
    case Kind::rename_column:
    case Kind::drop_not_null:
    case Kind::set_default:
    case Kind::drop_default:
    case Kind::drop_constraint:
    case Kind::truncate:
    case Kind::enable_row_security:
    case Kind::disable_row_security:
    case Kind::lock_table:
      return {.lock = Lock::access_exclusive};
    case Kind::set_owner:
      return {.lock = s.object == ObjectKind::none ? Lock::access_exclusive : Lock::none};
    case Kind::create_object:
    case Kind::alter_object:
    case Kind::drop_object:
      return of_object(s);
    default:
      return {};
  }
}

TypeEffect effect_of_change(const Statement& s) {
  if (s.is_free && !s.computes) return TypeEffect::none;
  const TypeEffect by_type = type_effect(s.old_type, s.type);
  return by_type == TypeEffect::none && s.computes ? TypeEffect::rewrites : by_type;
}

bool takes_long(const Statement& s) {
  if (s.copies_rows) return true;  // into a new table, too
  if (s.on_new_table) return false;
  const Work work = work_of(s);
  return work.scans || work.rewrites || s.kind == Kind::update_rows || s.kind == Kind::delete_rows;
}

}  // namespace orchestrate
