#include "review/order.hpp"

#include <set>
#include <string>

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// Follows which names stand for a table that the set itself has made.
class NewTables {
 public:
  /// A temporary one stands before all others of its name, for who writes no schema.
  bool hold(const Statement& s) const { return is_temporary(s) || made_.contains(s.table); }

  void follow(const Statement& s) {
    const bool certain = !s.conditional && !s.if_not_exists;
    if (s.kind == Kind::create_table && s.temporary) {
      if (certain) temporary_.insert(s.table.name);
      return;
    }
    if (is_temporary(s)) {
      if (s.kind == Kind::drop_table || s.kind == Kind::rename_table) temporary_.erase(s.table.name);
      return;
    }
    if (s.kind == Kind::create_table && certain) made_.insert(s.table);
    if (s.kind == Kind::drop_table) made_.erase(s.table);
    if (s.kind != Kind::rename_table && s.kind != Kind::move_table) return;
    TableName target = s.table;
    (s.kind == Kind::move_table ? target.schema : target.name) = s.new_name;
    made_.erase(target);
    if (made_.erase(s.table) > 0 && !s.conditional) made_.insert(target);
  }

 private:
  bool is_temporary(const Statement& s) const { return !s.qualified && temporary_.contains(s.table.name); }

  std::set<TableName> made_;
  std::set<std::string> temporary_;
};

/// Numbers the transactions in which Alembic runs the statements.
class Transactions {
 public:
  explicit Transactions(TransactionScope scope) : scope_(scope) {}

  void begin_revision() {
    if (scope_ != TransactionScope::whole) ++number_;
  }
  /// What commits by itself ends the one before it and is followed by another.
  std::size_t of(const Statement& s) {
    if (!s.autocommit && s.kind != Kind::control_transaction) return number_;
    number_ += 2;
    return number_ - 1;
  }

 private:
  TransactionScope scope_;
  std::size_t number_ = 1;
};

}  // namespace

void put_in_order(Material& material) {
  std::size_t order = 0;
  NewTables made;
  Transactions transactions(material.scope);
  for (ReadRevision& revision : material.revisions) {
    transactions.begin_revision();
    for (Statement& statement : revision.statements) {
      statement.order = ++order;
      if (statement.transaction == 0) statement.transaction = transactions.of(statement);
      statement.on_new_table = made.hold(statement);
      made.follow(statement);
    }
  }
}

}  // namespace orchestrate
