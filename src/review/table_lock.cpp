#include "review/table_lock.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "orchestrate/size_text.hpp"
#include "review/rule.hpp"

namespace orchestrate {
namespace {

/// What has run so far; the difference of two is what ran between them.
struct Count {
  std::size_t statements = 0, long_ones = 0, unmeasured = 0;
  std::uint64_t bytes = 0;
};

class Windows {
 public:
  explicit Windows(const Facts& facts) : facts_(facts) {}

  void run(const Statement& s) {
    if (s.transaction != transaction_) end_transaction();
    transaction_ = s.transaction;
    const Count before = so_far_;
    count(s);
    const Work work = work_of(s);
    if (!s.on_new_table) take(s.table, s.qualified, work.lock, s, before);
    for (const TableName& other : s.references) take(other, is_qualified(other), work.on_references, s, before);
  }

  /// Nobody else knows it yet.
  void make(const TableName& table) { made_.insert(table); }

  std::vector<TableLock> all() && {
    end_transaction();
    return std::move(locks_);
  }

 private:
  void count(const Statement& s) {
    ++so_far_.statements;
    if (!takes_long(s)) return;
    ++so_far_.long_ones;
    const TableFacts* table = s.on_new_table ? nullptr : facts_.find(s.table, s.qualified);
    if (table && table->size)
      so_far_.bytes += *table->size;
    else
      ++so_far_.unmeasured;
  }

  void take(const TableName& table, bool qualified, Lock lock, const Statement& s, const Count& before) {
    if (!hinders_writers(lock) || table.name.empty() || made_.contains(table)) return;
    const auto [place, is_first] = numbers_.emplace(table, locks_.size());
    if (is_first) locks_.push_back({.table = qualified ? table.text() : table.name, .bytes = 0});
    TableLock& known = locks_[place->second];
    if (lock > known.lock) {
      known.lock = lock;
      known.from = s.place;
    }
    if (held_since_.emplace(place->second, before).second) ++known.transactions;
  }

  void end_transaction() {
    for (const auto& [number, since] : held_since_) {
      TableLock& lock = locks_[number];
      lock.statements += so_far_.statements - since.statements;
      lock.long_ones += so_far_.long_ones - since.long_ones;
      if (so_far_.unmeasured != since.unmeasured) lock.bytes.reset();
      if (lock.bytes) *lock.bytes += so_far_.bytes - since.bytes;
    }
    held_since_.clear();
  }

  const Facts& facts_;
  std::size_t transaction_ = 0;
  Count so_far_;
  std::vector<TableLock> locks_;
  std::map<TableName, std::size_t> numbers_;  ///< of `locks_`
  std::map<std::size_t, Count> held_since_;   ///< by the transaction that runs
  std::set<TableName> made_;
};

}  // namespace

std::vector<TableLock> table_locks(const ReviewState& state) {
  Windows windows(state.facts);
  for (const ReadRevision& revision : state.revisions)
    for (const Statement& s : revision.statements) {
      windows.run(s);
      if (s.kind == StatementKind::create_table && !s.if_not_exists && !s.conditional) windows.make(s.table);
    }
  return std::move(windows).all();
}

std::string text_of(const TableLock& lock) {
  const std::string file = std::filesystem::path(lock.from.file).filename();
  std::string text = fmt::format("{}: {} from {}:{}", lock.table, to_string(lock.lock), file, lock.from.line);
  if (lock.transactions > 1) text += fmt::format(", in {} transactions", lock.transactions);
  text += fmt::format(", held while {} statement{}", lock.statements, lock.statements == 1 ? " runs" : "s run");
  if (lock.long_ones == 0) return text;
  const bool is_all = lock.long_ones == lock.statements;
  text += is_all && lock.statements == 1 ? ", which" : fmt::format(", {} of which", lock.long_ones);
  text += lock.long_ones == 1 ? " reads or writes rows" : " read or write rows";
  if (lock.bytes) text += fmt::format(" ({})", size_text(*lock.bytes));
  return text;
}

}  // namespace orchestrate
