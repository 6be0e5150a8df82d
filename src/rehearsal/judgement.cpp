#include "rehearsal/judgement.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/size_text.hpp"
#include "orchestrate/source_text.hpp"
#include "rehearsal/extrapolation.hpp"
#include "rehearsal/telling.hpp"
#include "review/sql.hpp"
#include "review/work.hpp"

namespace orchestrate::rehearsal {
namespace {

using Kind = StatementKind;

/// As the catalog writes it: quoted where it must be.
bool is_written(const std::string& name, std::string_view as) {
  return name == as || quote_identifier(name) == as;
}

/// `cfg.panels` or `"Odd Name".t`, as the catalog writes it, and as a statement names it, with or without the schema.
bool is_named(const Statement& statement, std::string_view table) {
  const std::string& name = statement.table.name;
  const bool in_any_schema = table.ends_with("." + name) || table.ends_with("." + quote_identifier(name));
  if (!statement.qualified) return in_any_schema;
  const std::string_view schema = table.substr(0, statement.table.schema.size());
  const std::string_view quoted = table.substr(0, quote_identifier(statement.table.schema).size());
  return in_any_schema && (is_written(statement.table.schema, schema) || is_written(statement.table.schema, quoted));
}

bool deletes(const Statement& statement) {
  static constexpr std::array kinds = {Kind::drop_table, Kind::drop_column, Kind::drop_schema,
                                       Kind::drop_owned, Kind::truncate,    Kind::delete_rows};
  return std::ranges::find(kinds, statement.kind) != kinds.end();
}

bool drops_table(const Statement& s, std::string_view table) {
  const bool is_whole_schema = s.kind == Kind::drop_schema && table.starts_with(s.table.name + ".");
  return is_whole_schema || s.kind == Kind::drop_owned || (s.kind == Kind::drop_table && is_named(s, table));
}

bool deletes_rows(const Statement& s, std::string_view table) {
  const bool is_about_rows = s.kind == Kind::delete_rows || s.kind == Kind::truncate;
  return drops_table(s, table) || (is_about_rows && is_named(s, table));
}

bool drops_column(const Statement& s, std::string_view table, std::string_view column) {
  const bool is_it = column.ends_with("." + s.name) || column.ends_with("." + quote_identifier(s.name));
  return drops_table(s, table) || (s.kind == Kind::drop_column && is_named(s, table) && is_it);
}

template <class Says>
bool is_seen(std::span<const ReadRevision> read, Says says) {
  return std::ranges::any_of(
      read, [&](const ReadRevision& revision) { return std::ranges::any_of(revision.statements, says); });
}

/// The statement in the text that a recorded one came from: of the same kind and about the same table, in its revision.
const Statement* origin_of(const RecordedStatement& recorded, std::span<const ReadRevision> read) {
  const auto statements = statements_of_sql(recorded.sql);
  for (const ReadRevision& revision : read) {
    if (revision.id != recorded.revision) continue;
    for (const Statement& ran : statements)
      for (const Statement& written : revision.statements)
        if (written.kind == ran.kind && written.table.name == ran.table.name && written.name == ran.name)
          return &written;
  }
  return nullptr;
}

std::string_view how(Duration measured, Duration extrapolated) {
  return extrapolated > measured ? ", extrapolated from a sample" : "";
}

/// Makes findings about revisions that were read.
class Judge {
 public:
  Judge(const Rehearsed& rehearsed, std::span<const ReadRevision> read) : rehearsed_(rehearsed), read_(read) {}

  /// About a statement that was recorded.
  Finding finding(std::size_t statement, std::string rule, std::string category, Severity severity) const {
    const RecordedStatement& recorded = rehearsed_.recording.statements.at(statement);
    Finding found = finding(recorded.revision, std::move(rule), std::move(category), severity);
    if (const Statement* origin = origin_of(recorded, read_)) found.place = origin->place;
    return found;
  }

  /// About a revision; where it is none of those that were read, about the last of them.
  Finding finding(const std::string& id, std::string rule, std::string category, Severity severity) const {
    Finding found{.rule = std::move(rule), .category = std::move(category), .severity = severity};
    if (read_.empty()) return found;
    auto revision = std::ranges::find(read_, id, &ReadRevision::id);
    if (revision == read_.end()) revision = std::prev(read_.end());
    found.revision = revision->id;
    found.place.file = revision->file;
    found.file_sha256 = revision->sha256;
    return found;
  }

  void over_bounds(const Bounds& bounds) {
    for (const LockWindow& window : rehearsed_.recording.windows) {
      const Duration held = with_all_rows(rehearsed_, window);
      if (!bounds.lock || held <= *bounds.lock) continue;
      Finding found = finding(window.statement, "rehearsed-lock", "blocking-lock", Severity::blocks);
      found.object = window.table;
      found.hazard = fmt::format("{} was locked ({}) for {} on the copy{}; the policy allows {}", window.table,
                                 to_string(window.lock), text_of(held), how(window.held, held), text_of(*bounds.lock));
      found.effect = window.lock == Lock::access_exclusive ? "whoever reads or writes the table waits that long"
                                                           : "whoever writes the table waits that long";
      found.remedy = "see what else runs until the transaction ends, and move it into a revision of its own";
      take(std::move(found));
    }
    Duration took{0};
    for (const RecordedStatement& statement : rehearsed_.recording.statements)
      took += with_all_rows(rehearsed_, statement);
    if (bounds.duration && took > *bounds.duration) {
      Finding found = finding(slowest(), "rehearsed-duration", "blocking-lock", Severity::blocks);
      found.hazard = fmt::format("the migrations ran {} on the copy{}; the policy allows {}", text_of(took),
                                 how(rehearsed_.recording.took, took), text_of(*bounds.duration));
      found.effect = fmt::format("this statement alone took {}",
                                 text_of(with_all_rows(rehearsed_, rehearsed_.recording.statements.at(slowest()))));
      found.remedy = "do it in batches beside the running application, or raise rehearsal.max_duration";
      take(std::move(found));
    }
    for (std::size_t i = 0; i < rehearsed_.recording.statements.size(); ++i)
      for (const Rewrite& rewrite : rehearsed_.recording.statements[i].rewrites) {
        const std::uint64_t bytes = with_all_rows(rehearsed_, rewrite);
        if (!bounds.rewrite || bytes <= *bounds.rewrite) continue;
        Finding found = finding(i, "rehearsed-rewrite", "blocking-lock", Severity::blocks);
        found.object = rewrite.table;
        found.hazard = fmt::format("{} of {} is written anew; the policy allows {}", rewrite.table, size_text(bytes),
                                   size_text(*bounds.rewrite));
        found.effect = "its users wait until all of it is written, and the disk needs room for both";
        found.remedy = "add a column, fill it in batches, and exchange the two";
        take(std::move(found));
      }
  }

  void hidden_destruction() {
    for (std::size_t i = 0; i < rehearsed_.recording.statements.size(); ++i)
      for (const Victim& victim : rehearsed_.recording.statements[i].dropped) {
        if (victim.of.empty() || is_there_after(victim)) continue;
        const std::string table = root_of(victim.of);
        const bool is_column = victim.type == "table column";
        const bool is_told = is_seen(read_, [&](const Statement& s) {
          return drops_table(s, victim.of) || (is_column ? drops_column(s, table, victim.name) : drops_table(s, table));
        });
        if (!is_told)
          add_hidden(finding(i, "hidden-destruction", "data-loss", Severity::blocks), victim.type + " " + victim.name,
                     "is dropped");
      }
    for (const Loss& loss : losses_between(rehearsed_.before, rehearsed_.after)) {
      if (loss.is_dropped || is_seen(read_, [&](const Statement& s) { return deletes_rows(s, loss.table); })) continue;
      add_hidden(finding("", "hidden-destruction", "data-loss", Severity::blocks), loss.table,
                 fmt::format("loses {} of {} rows", loss.rows, loss.of));
    }
    replaced_rows();
  }

  /// As many rows as before, and others: nothing is lost by number. A row that goes to another partition counts as
  /// deleted, so that these are left out.
  void replaced_rows() {
    for (const auto& [oid, table] : rehearsed_.before.tables) {
      const auto now = rehearsed_.after.tables.find(oid);
      if (table.root != oid || now == rehearsed_.after.tables.end() || now->second.rows < table.rows) continue;
      const std::uint64_t deleted = now->second.deleted - std::min(table.deleted, now->second.deleted);
      if (deleted == 0 || is_seen(read_, [&](const Statement& s) { return deletes_rows(s, table.name); })) continue;
      add_hidden(finding("", "hidden-destruction", "data-loss", Severity::blocks), table.name,
                 fmt::format("has {} of its rows deleted, and others put in their place,", deleted));
    }
  }

  void destruction_not_run() {
    for (const ReadRevision& revision : read_)
      for (const Statement& s : revision.statements) {
        if (!deletes(s) || s.table.name.empty() || s.on_new_table || has_happened(s)) continue;
        Finding found = finding(revision.id, "destruction-not-exercised", "advice", Severity::advice);
        found.object = object_of(s);
        found.place = s.place;
        found.hazard = "what the text would destroy here was not destroyed on the copy";
        found.effect = "it may be on production, where the data are others by then";
        found.remedy = "read the condition that decides it";
        take(std::move(found));
      }
  }

  void way_back() {
    const WayBack& way_back = rehearsed_.way_back;
    if (way_back.result == WayBack::Result::not_tried || way_back.result == WayBack::Result::works) return;
    const bool fails = way_back.result == WayBack::Result::fails;
    Finding found = finding("", "way-back-differs", "advice", Severity::advice);
    found.hazard = fails ? "the way back fails on the copy" : "the way back leaves another schema than there was";
    found.effect = fails ? last_line(way_back.why) : fmt::format("{}", fmt::join(first(way_back.differences), ", "));
    found.remedy = "correct downgrade(), or rely on the backup";
    take(std::move(found));
  }

  void half_made() {
    for (const std::string& object : rehearsed_.half_made) {
      Finding found = finding("", "left-half-made", "blocking-lock", Severity::warning);
      found.object = object;
      found.hazard = object + " after the migrations";
      found.effect = "it is there and does not do its work";
      found.remedy = "finish it in the same set: VALIDATE CONSTRAINT, or DROP INDEX CONCURRENTLY and build it again";
      take(std::move(found));
    }
  }

  std::vector<Finding> findings() && { return std::move(findings_); }

 private:
  static std::vector<std::string> first(const std::vector<std::string>& all) {
    constexpr std::size_t most = 5;
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), most))};
  }

  /// A table whose drop was rolled back.
  bool is_there_after(const Victim& victim) const {
    return victim.type == "table" && std::ranges::any_of(rehearsed_.before.tables, [&](const auto& table) {
             return table.second.name == victim.of && rehearsed_.after.tables.contains(table.first);
           });
  }

  /// The table that a partition is a part of, whose name the text says.
  std::string root_of(const std::string& table) const {
    const auto& tables = rehearsed_.before.tables;
    const auto found = std::ranges::find(tables, table, [](const auto& one) { return one.second.name; });
    return found == tables.end() ? table : tables.at(found->second.root).name;
  }

  void add_hidden(Finding found, const std::string& what, const std::string& happens) {
    found.object = what;
    found.hazard = what + " " + happens + " on the copy, and the text of the migrations does not say so";
    found.effect = "the data are gone after the upgrade";
    found.remedy = "see which function, trigger or code does it; accept it only if it is meant";
    take(std::move(found));
  }

  bool has_happened(const Statement& s) const {
    for (const RecordedStatement& recorded : rehearsed_.recording.statements) {
      for (const Victim& victim : recorded.dropped)
        if (is_named(s, victim.of) || victim.name.find(s.table.name) != std::string::npos) return true;
      for (const RowChange& change : recorded.changes)
        if (change.operation == "DELETE" && change.rows > 0 && is_named(s, change.table)) return true;
    }
    const auto losses = losses_between(rehearsed_.before, rehearsed_.after);
    return std::ranges::any_of(losses, [&](const Loss& loss) { return is_named(s, loss.table); });
  }

  std::size_t slowest() const {
    const auto& all = rehearsed_.recording.statements;
    const auto longest =
        std::ranges::max_element(all, {}, [&](const auto& one) { return with_all_rows(rehearsed_, one); });
    return static_cast<std::size_t>(longest - all.begin());
  }

  void take(Finding found) {
    const bool is_known = std::ranges::any_of(findings_, [&](const Finding& one) { return one.id() == found.id(); });
    if (!is_known) findings_.push_back(std::move(found));
  }

  const Rehearsed& rehearsed_;
  std::span<const ReadRevision> read_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> findings_of(const Rehearsed& rehearsed, std::span<const ReadRevision> read, const Bounds& bounds) {
  Judge judge(rehearsed, read);
  judge.over_bounds(bounds);
  judge.hidden_destruction();
  judge.destruction_not_run();
  judge.half_made();
  judge.way_back();
  return std::move(judge).findings();
}

}  // namespace orchestrate::rehearsal
