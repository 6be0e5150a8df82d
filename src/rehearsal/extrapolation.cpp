#include "rehearsal/extrapolation.hpp"

#include <algorithm>

#include "review/sql.hpp"
#include "review/work.hpp"

namespace orchestrate::rehearsal {
namespace {

using Kind = StatementKind;

/// Whether it takes the longer the more rows there are; of what nobody can tell from its text, too.
bool goes_through_rows(const RecordedStatement& recorded) {
  if (!recorded.changes.empty() || !recorded.rewrites.empty()) return true;
  const auto statements = statements_of_sql(recorded.sql);
  return std::ranges::any_of(statements, [](const Statement& s) {
    return takes_long(s) || s.kind == Kind::opaque || s.kind == Kind::rebuild || s.kind == Kind::read;
  });
}

/// `panels` of `cfg.panels`, and of `cfg."panels"`.
std::string bare_name(const std::string& table) {
  std::string name = table.substr(table.rfind('.') + 1);
  std::erase(name, '"');
  return name;
}

double share_of(const Shares& shares, const std::string& table) {
  const auto found = shares.find(table);
  return found == shares.end() ? 1 : found->second;
}

double share_of(const Shares& shares, const RecordedStatement& statement) {
  double share = 1;
  if (shares.empty() || !goes_through_rows(statement)) return share;
  for (const RowChange& change : statement.changes) share = std::min(share, share_of(shares, change.table));
  for (const auto& [table, held] : shares)
    if (statement.sql.find(bare_name(table)) != std::string::npos) share = std::min(share, held);
  return share;
}

}  // namespace

Duration with_all_rows(const Rehearsed& rehearsed, const RecordedStatement& statement) {
  const double took = static_cast<double>(statement.took.count()) / share_of(rehearsed.shares, statement);
  return Duration(static_cast<std::int64_t>(took));
}

Duration with_all_rows(const Rehearsed& rehearsed, const LockWindow& window) {
  Duration held = window.held;
  for (std::size_t i = window.statement; i <= window.last; ++i) {
    const RecordedStatement& statement = rehearsed.recording.statements.at(i);
    held += with_all_rows(rehearsed, statement) - statement.took;
  }
  return held;
}

std::uint64_t with_all_rows(const Rehearsed& rehearsed, const Rewrite& rewrite) {
  return static_cast<std::uint64_t>(static_cast<double>(rewrite.bytes) / share_of(rehearsed.shares, rewrite.table));
}

}  // namespace orchestrate::rehearsal
