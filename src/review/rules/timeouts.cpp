#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "review/rules/groups.hpp"
#include "review/rules/whole_set.hpp"
#include "review/work.hpp"

namespace orchestrate::rules {
namespace {

bool is_limit(const Statement& s) {
  static constexpr std::array<std::string_view, 3> limits = {"lock_timeout", "statement_timeout",
                                                             "transaction_timeout"};
  return s.kind == StatementKind::set_parameter && std::ranges::find(limits, s.name) != limits.end();
}

/// `new_name` is the value: 0 is PostgreSQL's own default, and means for ever.
bool is_off(const Statement& s) {
  return s.new_name == "0" || s.new_name == "default";
}

/// CONCURRENTLY and VALIDATE take long, hinder nobody, and must not be cut off in the middle.
bool must_not_be_cut(const Statement& s) {
  return s.concurrently || s.kind == StatementKind::validate_constraint;
}

/// Whether what runs without the limit, up to the next SET of it, is only that.
bool spares_such_work(const Statement& s, const ReviewState& state) {
  if (s.name == "lock_timeout") return false;
  bool spared = false;
  for (const Statement* after : state.run_order.after(s)) {
    const bool sets = after->kind == StatementKind::set_parameter;
    if (sets && after->name == s.name) break;
    if (!sets && !must_not_be_cut(*after)) return false;
    spared |= !sets;
  }
  return spared;
}

std::optional<Flag> no_timeout(const Statement& s, const ReviewState& state) {
  if (!is_limit(s) || !is_off(s) || spares_such_work(s, state)) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = s.name + " is turned off",
              .effect = s.name == "lock_timeout"
                            ? "a statement that waits for a lock waits for ever, and everybody else behind it; the "
                              "policy's limit no longer holds"
                            : "a statement may run for ever; the policy's limit no longer holds",
              .remedy = fmt::format("leave it to the policy's upgrade stage, or set a limit:\n"
                                    "op.execute(\"SET LOCAL {} = '5s'\")",
                                    s.name)};
}

/// Milliseconds of `5s`, `2min`, `500`; none when it is written otherwise.
std::optional<double> milliseconds(std::string_view text) {
  struct Unit {
    std::string_view name;
    double size;
  };
  static constexpr std::array<Unit, 6> units = {
      {{"", 1}, {"ms", 1}, {"s", 1e3}, {"min", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto* found = std::ranges::find(units, unit, &Unit::name);
  return found == units.end() ? std::nullopt : std::optional(number * found->size);
}

std::optional<Flag> long_lock_timeout(const Statement& s, const ReviewState&) {
  constexpr double longest = 10'000;
  if (s.kind != StatementKind::set_parameter || s.name != "lock_timeout") return std::nullopt;
  const auto limit = milliseconds(s.new_name);
  if (!limit || *limit <= longest) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = "lock_timeout is set to " + s.new_name,
              .effect = "while a statement waits for ACCESS EXCLUSIVE everybody else waits behind it, that long",
              .remedy = "a few seconds, and try again: `retries` of the policy's upgrade stage"};
}

std::optional<Flag> local_outside_transaction(const Statement& s, const ReviewState&) {
  if (!is_limit(s) || !s.autocommit || !s.only_in_transaction) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = "SET LOCAL " + s.name + " where there is no transaction",
              .effect = "PostgreSQL warns and changes nothing: the next statement runs without that limit",
              .remedy = fmt::format("in autocommit_block():\nop.execute(\"SET {} = '5s'\")", s.name)};
}

/// F3.
std::optional<Flag> late_timeout(const Statement& s, const ReviewState& state) {
  if (s.kind != StatementKind::set_parameter || s.name != "lock_timeout" || is_off(s)) return std::nullopt;
  const Statement* locked = nullptr;
  const auto before = state.run_order.before(s);
  for (auto other = before.rbegin(); other != before.rend() && (*other)->revision == s.revision; ++other) {
    if ((*other)->kind == StatementKind::set_parameter && (*other)->name == s.name) locked = nullptr;
    if (!(*other)->on_new_table && work_of(**other).lock == Lock::access_exclusive) locked = *other;
  }
  if (!locked) return std::nullopt;
  return Flag{.object = s.name,
              .hazard = fmt::format("lock_timeout is set after line {} has locked {}", locked->place.line,
                                    locked->table.text()),
              .effect = "that statement waited without this limit, and everybody else behind it",
              .remedy = "set it first, or leave it to the policy's upgrade stage"};
}

/// F4.
std::optional<Flag> limit_on_long_work(const Statement& s, const ReviewState& state) {
  if (!must_not_be_cut(s) || s.on_new_table) return std::nullopt;
  const Statement* limit = nullptr;
  for (const Statement* before : state.run_order.of_kind(StatementKind::set_parameter)) {
    if (before->order >= s.order || before->name != "statement_timeout") continue;
    const bool over = before->only_in_transaction && before->transaction != s.transaction;
    if (!over) limit = is_off(*before) ? nullptr : before;
  }
  if (!limit) return std::nullopt;
  return Flag{.object = s.name.empty() ? object_of(s) : s.name,
              .hazard = "statement_timeout = " + limit->new_name + " is in force here",
              .effect = s.concurrently
                            ? "when it is over the index is left INVALID, and each write keeps it for nothing"
                            : "when it is over all rows that were read are to be read again",
              .remedy = "RESET statement_timeout before it: it hinders nobody while it runs"};
}

const std::array all = {
    Rule{
        .id = "no-timeout",
        .category = "blocking-lock",
        .summary = "a limit on waiting or running is turned off",
        .why =
            "A statement that waits for a lock stops everybody who comes after it, readers included. The limits of the "
            "policy's upgrade stage end that; a SET in the migration puts them out of force.",
        .bad = {"SET lock_timeout = 0", "op.execute(\"SET statement_timeout = 0\")"},
        .good = {"SET LOCAL lock_timeout = '2s'", "op.execute(\"SET LOCAL lock_timeout = '2s'\")"},
        .check = no_timeout},
    Rule{.id = "long-lock-timeout",
         .category = "compatibility",
         .summary = "waiting for a lock may take long",
         .why = "Waiting for ACCESS EXCLUSIVE is as bad as having it: whoever comes later waits behind. More than ten "
                "seconds are seen by users.",
         .bad = {"SET lock_timeout = '5min'", "op.execute(\"SET lock_timeout = '60s'\")"},
         .good = {"SET lock_timeout = '5s'", "op.execute(\"SET lock_timeout = '2s'\")"},
         .check = long_lock_timeout},
    Rule{.id = "late-timeout",
         .category = "compatibility",
         .summary = "lock_timeout is set when the lock is taken already",
         .why = "A limit holds for the statements after it.",
         .bad = {"BEGIN; ALTER TABLE panels ADD COLUMN note text; SET LOCAL lock_timeout = '2s'; COMMIT",
                 "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))\n"
                 "op.execute(\"SET LOCAL lock_timeout = '2s'\")"},
         .good = {"BEGIN; SET LOCAL lock_timeout = '2s'; ALTER TABLE panels ADD COLUMN note text; COMMIT",
                  "op.execute(\"SET LOCAL lock_timeout = '2s'\")\n"
                  "op.add_column(\"panels\", sa.Column(\"note\", sa.Text()))"},
         .check = late_timeout},
    Rule{.id = "limit-on-long-work",
         .category = "compatibility",
         .summary = "statement_timeout over CONCURRENTLY or VALIDATE",
         .why = "Building an index concurrently and validating a constraint take as long as the table is large, and "
                "hinder nobody. Cut off, the one leaves an INVALID index, the other begins anew.",
         .bad = {"SET statement_timeout = '1min';\nCREATE INDEX CONCURRENTLY i ON panels (title)",
                 "op.execute(\"SET statement_timeout = '30s'\")\n"
                 "op.execute(\"ALTER TABLE panels VALIDATE CONSTRAINT k\")"},
         .good = {"RESET statement_timeout;\nCREATE INDEX CONCURRENTLY i ON panels (title)",
                  "op.execute(\"ALTER TABLE panels VALIDATE CONSTRAINT k\")\n"
                  "op.execute(\"SET statement_timeout = '30s'\")"},
         .check = limit_on_long_work},
    Rule{.id = "local-outside-transaction",
         .category = "compatibility",
         .summary = "SET LOCAL where it does nothing",
         .why = "SET LOCAL lasts to the end of the transaction; in autocommit each statement is one of its own.",
         .bad = {"SET LOCAL lock_timeout = '2s'",
                 "with op.get_context().autocommit_block():\n    op.execute(\"SET LOCAL lock_timeout = '2s'\")"},
         .good = {"SET lock_timeout = '2s'", "op.execute(\"SET LOCAL lock_timeout = '2s'\")"},
         .check = local_outside_transaction},
};

}  // namespace

std::span<const Rule> timeouts() {
  return all;
}

}  // namespace orchestrate::rules
