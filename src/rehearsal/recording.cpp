#include "rehearsal/recording.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

#include "orchestrate/error.hpp"
#include "orchestrate/json.hpp"
#include "review/sql.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr std::string_view own_word = "orchestrate ";

struct Mode {
  std::string_view name;  ///< of pg_locks
  Lock lock;
};
constexpr std::array<Mode, 8> modes = {{{"AccessShareLock", Lock::access_share},
                                        {"RowShareLock", Lock::row_share},
                                        {"RowExclusiveLock", Lock::row_exclusive},
                                        {"ShareUpdateExclusiveLock", Lock::share_update_exclusive},
                                        {"ShareLock", Lock::share},
                                        {"ShareRowExclusiveLock", Lock::share_row_exclusive},
                                        {"ExclusiveLock", Lock::exclusive},
                                        {"AccessExclusiveLock", Lock::access_exclusive}}};

Lock lock_named(std::string_view name) {
  const auto* mode = std::ranges::find(modes, name, &Mode::name);
  return mode == modes.end() ? Lock::none : mode->lock;
}

/// `duration: 0.123 ms  statement: SELECT 1`, or `execute NAME: ` in its place.
struct Timed {
  Duration took{0};
  std::string_view kind, text;
};

std::optional<Timed> timed(std::string_view message) {
  constexpr std::string_view head = "duration: ", unit = " ms  ";
  const std::size_t end = message.find(unit);
  if (!message.starts_with(head) || end == std::string_view::npos) return std::nullopt;
  const double milliseconds = std::stod(std::string(message.substr(head.size(), end - head.size())));
  const std::string_view rest = message.substr(end + unit.size());
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view text = rest.substr(colon + 1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  return Timed{Duration(std::llround(milliseconds * 1000)), rest.substr(0, rest.find_first_of(" :")), text};
}

/// `3/33` in a transaction, `3/0` behind it and where a statement is one of its own.
bool is_in_transaction(std::string_view virtual_transaction) {
  return !virtual_transaction.empty() && !virtual_transaction.ends_with("/0");
}

std::string qualified(const Json& plan) {
  return plan.text_or("Schema") + "." + plan.text_or("Relation Name");
}

std::uint64_t rows_of(const Json& plan) {
  return static_cast<std::uint64_t>(std::llround(plan["Actual Rows"].as_number() * plan["Actual Loops"].as_number()));
}

/// Each node that writes a table, with the rows that the nodes below it hand to it.
void add_changes(const Json& plan, std::vector<RowChange>& changes) {
  if (!plan.is_object()) return;
  const Json& below = plan["Plans"];
  if (plan.text_or("Node Type") == "ModifyTable") {
    RowChange change{.operation = plan.text_or("Operation"), .table = qualified(plan)};
    std::ranges::transform(change.operation, change.operation.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (below.is_array())
      for (const Json& part : below.as_array())
        if (part.text_or("Parent Relationship") != "InitPlan" && part.text_or("Parent Relationship") != "SubPlan")
          change.rows += rows_of(part);
    changes.push_back(std::move(change));
  }
  if (below.is_array())
    for (const Json& part : below.as_array()) add_changes(part, changes);
}

/// What one session does, line by line.
class Session {
 public:
  Session(Recording& recording, const Tables& before, Direction direction)
      : recording_(recording), before_(before), direction_(direction) {}

  void take(const LogLine& line) {
    const bool is_another = is_in_transaction(line.transaction) && line.transaction != transaction_;
    if (is_another) end_transaction(last_end_);
    if (is_another) transaction_ = line.transaction;
    if (line.message.starts_with(own_word)) return take_event(parse_json(line.message.substr(own_word.size())));
    if (line.severity == "ERROR" || line.severity == "FATAL") return take_error(line);
    const auto found = timed(line.message);
    if (!found) return;
    if (found->kind == "plan") return add_changes(parse_json(found->text)["Plan"], next_.changes);
    if (found->kind == "statement" || found->kind == "execute") take_statement(line, *found);
  }

  /// A session that ends in a transaction has it rolled back.
  void end() { end_transaction(last_end_); }

 private:
  struct Held {
    TakenLock taken;
    Duration since;
    std::size_t statement;
  };

  void take_event(const Json& event) {
    const std::string kind = event.text_or("event");
    if (kind == "rewrite")
      next_.rewrites.push_back({event.text_or("table"), static_cast<std::uint64_t>(event["bytes"].as_integer())});
    if (kind == "drop")
      for (const Json& object : event["objects"].as_array()) {
        const auto& parts = object.as_array();
        const auto table = before_.find(parts.at(0).as_integer());
        next_.dropped.push_back({parts.at(1).as_string(), parts.at(2).as_string(), parts.at(3).as_bool(),
                                 table == before_.end() ? "" : table->second});
      }
    if (kind == "version") {
      const Json& moved = direction_ == Direction::upgrade ? event["to"] : event["from"];
      if (moved.is_string()) revision_ = moved.as_string();
    }
    if (event["locks"].is_array()) take_locks(event["locks"]);
  }

  void take_locks(const Json& locks) {
    for (const Json& one : locks.as_array()) {
      const auto& parts = one.as_array();
      const auto table = before_.find(parts.at(0).as_integer());
      const Lock lock = lock_named(parts.at(2).as_string());
      if (table == before_.end()) continue;
      const TakenLock taken{table->second, lock};
      if (!is_held(taken) && std::ranges::find(next_.locks, taken) == next_.locks.end()) next_.locks.push_back(taken);
    }
  }

  /// In a transaction it goes on, be it to a savepoint; a statement of its own ends with the next one.
  void take_error(const LogLine& line) {
    next_.error = line.sqlstate + ": " + line.message;
    next_.sql = line.query;
    add(Duration(line.at * 1000));
  }

  void take_statement(const LogLine& line, const Timed& statement) {
    next_.sql = statement.text;
    next_.took = statement.took;
    add(Duration(line.at * 1000));
    if (!is_in_transaction(line.transaction)) end_transaction(last_end_);
  }

  void add(Duration ended) {
    last_end_ = ended;
    const std::size_t number = recording_.statements.size();
    take_silent_locks(ended - next_.took, number);
    for (const TakenLock& lock : next_.locks)
      if (!is_held(lock)) held_.push_back({lock, ended - next_.took, number});
    unassigned_.push_back(number);
    recording_.statements.push_back(std::exchange(next_, {}));
    if (revision_.empty()) return;
    for (const std::size_t of_revision : unassigned_) recording_.statements[of_revision].revision = revision_;
    unassigned_.clear();
    revision_.clear();
  }

  /// These fire no event trigger, so what they lock is what their text says.
  void take_silent_locks(Duration since, std::size_t statement) {
    static constexpr std::array silent = {StatementKind::lock_table, StatementKind::truncate, StatementKind::rewrite,
                                          StatementKind::rebuild};
    for (const Statement& locking : statements_of_sql(next_.sql)) {
      if (std::ranges::find(silent, locking.kind) == silent.end() || locking.table.name.empty()) continue;
      for (const auto& [oid, table] : before_) {
        const TakenLock lock{table, work_of(locking).lock};
        const bool is_meant =
            table.ends_with("." + locking.table.name) || table.ends_with("." + quote_identifier(locking.table.name));
        if (is_meant && !is_held(lock)) held_.push_back({lock, since, statement});
      }
    }
  }

  bool is_held(const TakenLock& lock) const {
    return std::ranges::any_of(held_, [&](const Held& held) { return held.taken == lock; });
  }

  void end_transaction(Duration at) {
    for (const Held& held : held_) {
      if (!hinders_writers(held.taken.lock)) continue;
      const auto known = std::ranges::find_if(recording_.windows, [&](const LockWindow& window) {
        return window.table == held.taken.table && window.lock == held.taken.lock;
      });
      const LockWindow window{held.taken.table, held.taken.lock, at - held.since, held.statement,
                              recording_.statements.size() - 1};
      if (known == recording_.windows.end())
        recording_.windows.push_back(window);
      else if (known->held < window.held)
        *known = window;
    }
    held_.clear();
  }

  Recording& recording_;
  const Tables& before_;
  Direction direction_;
  RecordedStatement next_;               ///< what the log said before it came to the statement itself
  std::string revision_;                 ///< that the statement which comes next completes
  std::vector<std::size_t> unassigned_;  ///< statements of a revision that is not complete yet
  std::vector<Held> held_;
  Duration last_end_{0};
  std::string transaction_;  ///< the virtual one that runs, or ran last
};

}  // namespace

Recording recording_of(std::span<const LogLine> lines, const Tables& before, Direction direction) {
  Recording recording;
  std::map<std::string, Session> sessions;
  for (const LogLine& line : lines)
    sessions.try_emplace(line.session, recording, before, direction).first->second.take(line);
  for (auto& [name, session] : sessions) session.end();
  for (const RecordedStatement& statement : recording.statements) recording.took += statement.took;
  return recording;
}

}  // namespace orchestrate::rehearsal
