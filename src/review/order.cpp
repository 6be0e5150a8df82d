#include "review/order.hpp"

#include <set>

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// Follows which names stand for a table that the set itself has made.
void follow(const Statement& statement, std::set<TableName>& made) {
  const bool certain = !statement.conditional && !statement.if_not_exists && !statement.temporary;
  const bool leaves = statement.kind == Kind::rename_table || statement.kind == Kind::move_table;
  if (statement.kind == Kind::create_table && certain) made.insert(statement.table);
  if (statement.kind == Kind::drop_table) made.erase(statement.table);
  if (!leaves) return;
  TableName target = statement.table;
  (statement.kind == Kind::move_table ? target.schema : target.name) = statement.new_name;
  made.erase(target);
  if (made.erase(statement.table) > 0 && !statement.conditional) made.insert(target);
}

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
  std::set<TableName> made;
  Transactions transactions(material.scope);
  for (ReadRevision& revision : material.revisions) {
    transactions.begin_revision();
    for (Statement& statement : revision.statements) {
      statement.order = ++order;
      if (statement.transaction == 0) statement.transaction = transactions.of(statement);
      statement.on_new_table = made.contains(statement.table);
      follow(statement, made);
    }
  }
}

}  // namespace orchestrate
