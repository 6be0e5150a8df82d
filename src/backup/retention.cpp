#include "backup/retention.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "backup/wording.hpp"

namespace orchestrate::backup {
namespace {

std::string name_of(const Stored& dump) {
  return dump.path.filename().string();
}

/// Why it is no backup that counts; empty: it is one.
std::string doubt_of(const Stored& dump) {
  if (!dump.damaged.empty()) return "its verification failed: " + dump.damaged;
  if (!dump.trouble.empty()) return dump.trouble;
  return dump.level < Level::intact ? "it was never verified" : "";
}

/// Whether its bytes went bad; a file that is gone was taken away by somebody.
bool is_damaged(const Stored& dump) {
  return !dump.damaged.empty() || (!dump.trouble.empty() && !dump.is_gone);
}

/// Why nothing is removed now; empty: the time is right. `dumps` is sorted, the newest first.
std::string standstill_of(const std::vector<Stored>& dumps, const RetentionRule& rule, Time now,
                          const BackupMemory& memory) {
  if (memory.last_expiry && now < *memory.last_expiry)
    return fmt::format("the clock says {}, before the last expiry ({}): set it right", utc_text(now),
                       utc_text(*memory.last_expiry));
  for (const Stored& dump : dumps) {
    if (dump.taken_at > now) return name_of(dump) + " is from the future: set the clock right, or move that dump away";
    if (is_damaged(dump)) return name_of(dump) + " is damaged: find out why, then move it away or verify it again";
  }
  const auto newest = std::ranges::find(dumps, false, &Stored::is_gone);
  if (newest != dumps.end() && newest->level < rule.level)
    return fmt::format("the newest, {}, is not yet {}", name_of(*newest), to_string(rule.level));
  return {};
}

/// Why it stays although enough newer ones are there; empty: it need not.
std::string hold_on(const Stored& dump, const RetentionRule& rule, Time now, const BackupMemory& memory) {
  const auto is_of_it = [&](const BackupPin& pin) {  // by its name, which is unique: a directory has several
    return std::filesystem::path(pin.path).filename() == dump.path.filename();
  };
  const auto pin = std::ranges::find_if(memory.pins, is_of_it);
  if (pin != memory.pins.end())
    return fmt::format("run {} can be undone from it, until: orchestrate confirm {}", pin->run, pin->run);
  if (rule.keep_for && now - dump.taken_at < *rule.keep_for)
    return fmt::format("it is younger than {}", duration_text(*rule.keep_for));
  return {};
}

}  // namespace

std::string_view to_string(Fate fate) {
  return fate == Fate::kept ? "keep" : "remove";
}

Retention decide(std::vector<Stored> dumps, const RetentionRule& rule, Time now, const BackupMemory& memory) {
  std::ranges::stable_sort(dumps, std::ranges::greater(), &Stored::taken_at);
  Retention retention{.standstill = standstill_of(dumps, rule, now, memory), .decisions = {}};
  const std::size_t most = std::max(rule.keep, least_kept);
  std::size_t counted = 0;
  std::string database;  // that the newest one is of
  for (Stored& dump : dumps) {
    Decision decision{.dump = std::move(dump)};
    const Stored& judged = decision.dump;
    decision.reason = doubt_of(judged);
    if (decision.reason.empty() && counted == 0) database = judged.database;
    if (decision.reason.empty() && judged.database != database)
      decision.reason = "it is of another database, " + judged.database;
    if (decision.reason.empty() && ++counted <= most)
      decision.reason = counted == 1 ? "it is the newest" : fmt::format("it is one of the newest {}", most);
    if (decision.reason.empty()) decision.reason = hold_on(judged, rule, now, memory);
    if (decision.reason.empty()) decision.reason = retention.standstill;
    if (decision.reason.empty()) {
      decision.fate = Fate::removed;
      decision.reason = fmt::format("newer than it are {} verified ones", most);
    }
    retention.decisions.push_back(std::move(decision));
  }
  return retention;
}

}  // namespace orchestrate::backup
