#include "rehearsal/telling.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/size_text.hpp"
#include "rehearsal/comparison.hpp"
#include "review/sql.hpp"

namespace orchestrate::rehearsal {
namespace {

/// Of each revision in the order in which they ran.
std::vector<std::pair<std::string, Duration>> by_revision(const Recording& recording) {
  std::vector<std::pair<std::string, Duration>> revisions;
  for (const RecordedStatement& statement : recording.statements) {
    if (statement.revision.empty()) continue;
    auto known = std::ranges::find(revisions, statement.revision, &std::pair<std::string, Duration>::first);
    if (known == revisions.end()) known = revisions.insert(revisions.end(), {statement.revision, Duration(0)});
    known->second += statement.took;
  }
  return revisions;
}

/// By a stronger lock of the same table that was held as long.
bool is_covered(const LockWindow& window, const std::vector<LockWindow>& all) {
  return std::ranges::any_of(all, [&](const LockWindow& other) {
    return other.table == window.table && other.lock > window.lock && other.held >= window.held;
  });
}

std::string percent(double share) {
  return share < 0.0095 ? fmt::format("{:.2f} %", share * 100) : fmt::format("{:.0f} %", share * 100);
}

std::string_view word(WayBack::Result result) {
  static constexpr std::array<std::string_view, 4> words = {"not tried", "works", "differs", "fails"};
  return words[static_cast<std::size_t>(result)];
}

}  // namespace

std::string text_of(Duration duration) {
  const auto microseconds = duration.count();
  if (microseconds < 1000) return "under 1 ms";
  if (microseconds < 1'000'000) return fmt::format("{} ms", microseconds / 1000);
  return fmt::format("{:.1f} s", static_cast<double>(microseconds) / 1e6);
}

std::vector<std::string> lines_of(const Rehearsed& rehearsed) {
  std::vector<std::string> lines;
  for (const auto& [table, share] : rehearsed.shares)
    lines.push_back(fmt::format("of {} the copy held {} of the rows", table, percent(share)));
  for (const auto& [revision, took] : by_revision(rehearsed.recording))
    lines.push_back(fmt::format("{} runs {}", revision, text_of(took)));
  for (const LockWindow& window : rehearsed.recording.windows)
    if (!is_covered(window, rehearsed.recording.windows))
      lines.push_back(fmt::format("locks {}: {} for {}", window.table, to_string(window.lock), text_of(window.held)));
  for (const RecordedStatement& statement : rehearsed.recording.statements)
    for (const Rewrite& rewrite : statement.rewrites)
      lines.push_back(fmt::format("writes all of {} anew, {}", rewrite.table, size_text(rewrite.bytes)));
  for (const RecordedStatement& statement : rehearsed.recording.statements)
    for (const Victim& victim : statement.dropped)
      if (!victim.is_named)
        lines.push_back(fmt::format("drops {} {} too, which depends on it", victim.type, victim.name));
  for (const Loss& loss : losses_between(rehearsed.before, rehearsed.after))
    lines.push_back(loss.is_dropped ? fmt::format("drops {} with {} rows", loss.table, loss.rows)
                                    : fmt::format("deletes {} of {} rows of {}", loss.rows, loss.of, loss.table));
  for (const std::string& change : changes_between(rehearsed.before.definitions, rehearsed.after.definitions))
    lines.push_back("schema: " + change);
  for (const std::string& object : rehearsed.half_made) lines.push_back("leaves " + object);
  lines.push_back(fmt::format("way back: {}", word(rehearsed.way_back.result)));
  return lines;
}

std::string summary_of(const Rehearsed& rehearsed) {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> parts;
  const auto revisions = by_revision(rehearsed.recording);
  if (revisions.size() > most_named)
    parts.push_back(fmt::format("{} revisions {}", revisions.size(), text_of(rehearsed.recording.took)));
  else
    for (const auto& [revision, took] : revisions) parts.push_back(revision + " " + text_of(took));
  const auto longest = std::ranges::max_element(rehearsed.recording.windows, {}, &LockWindow::held);
  if (longest != rehearsed.recording.windows.end())
    parts.push_back(fmt::format("{} locked {}", longest->table, text_of(longest->held)));
  if (rehearsed.way_back.result != WayBack::Result::not_tried)
    parts.push_back(fmt::format("way back {}", word(rehearsed.way_back.result)));
  if (!rehearsed.shares.empty())
    parts.push_back(
        fmt::format("on a sample of {} table{}", rehearsed.shares.size(), rehearsed.shares.size() == 1 ? "" : "s"));
  return fmt::format("{}", fmt::join(parts, "; "));
}

Json facts_of(const Rehearsed& rehearsed) {
  Json revisions = Json::object(), locks = Json::array(), rewrites = Json::array(), losses = Json::array();

  for (const auto& [revision, took] : by_revision(rehearsed.recording)) revisions.set(revision, took.count());
  for (const LockWindow& window : rehearsed.recording.windows)
    locks.push(Json::object({{"table", window.table},
                             {"lock", to_string(window.lock)},
                             {"held_us", window.held.count()},
                             {"revision", rehearsed.recording.statements.at(window.statement).revision}}));
  for (const RecordedStatement& statement : rehearsed.recording.statements)
    for (const Rewrite& rewrite : statement.rewrites)
      rewrites.push(Json::object({{"table", rewrite.table}, {"bytes", rewrite.bytes}}));
  for (const Loss& loss : losses_between(rehearsed.before, rehearsed.after))
    losses.push(
        Json::object({{"table", loss.table}, {"rows", loss.rows}, {"of", loss.of}, {"dropped", loss.is_dropped}}));
  Json shares = Json::object();
  for (const auto& [table, share] : rehearsed.shares) shares.set(table, share);
  Json statements = Json::array();
  for (const RecordedStatement& statement : rehearsed.recording.statements) {
    if (statements.as_array().size() == most_statements) break;
    const auto fingerprints = fingerprints_of(statement);
    statements.push(Json::object({{"revision", statement.revision},
                                  {"sql", without_literals(statement.sql)},
                                  {"fingerprints", fingerprints ? Json::of(*fingerprints) : Json()},
                                  {"took_us", statement.took.count()}}));
  }
  return Json::object({{"revisions_us", revisions},
                       {"took_us", rehearsed.recording.took.count()},
                       {"statements", statements},
                       {"locks", locks},
                       {"rewrites", rewrites},
                       {"losses", losses},
                       {"schema", Json::of(changes_between(rehearsed.before.definitions, rehearsed.after.definitions))},
                       {"half_made", Json::of(rehearsed.half_made)},
                       {"way_back", word(rehearsed.way_back.result)},
                       {"shares", shares},
                       {"copied", rehearsed.copied},
                       {"restored_ms", rehearsed.restored_in.count()}});
}

}  // namespace orchestrate::rehearsal
