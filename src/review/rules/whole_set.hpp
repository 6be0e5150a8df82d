#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>

#include "review/rule.hpp"

/// Questions to the statements under review. Thousands may be: who asks for each of them asks not all of them.
namespace orchestrate::rules {

template <class Test>
bool any_in_set(const ReviewState& state, Test test) {
  return std::ranges::any_of(
      state.revisions, [&](const ReadRevision& revision) { return std::ranges::any_of(revision.statements, test); });
}

/// Of those that name the table.
template <class Test>
bool any_about(const TableName& table, const ReviewState& state, Test test) {
  return std::ranges::any_of(state.run_order.about(table), [&](const Statement* other) { return test(*other); });
}

template <class Test>
bool any_of_kind(std::initializer_list<StatementKind> kinds, const ReviewState& state, Test test) {
  return std::ranges::any_of(kinds, [&](StatementKind kind) {
    return std::ranges::any_of(state.run_order.of_kind(kind), [&](const Statement* other) { return test(*other); });
  });
}

inline bool has_database(const ReviewState& state) {
  return state.facts.server_version > 0;
}

/// What the catalog says of the statement's table; nullptr: nothing, or the set makes it itself.
inline const TableFacts* table_of(const Statement& s, const ReviewState& state) {
  return s.table.name.empty() || s.on_new_table ? nullptr : state.facts.find(s.table, s.qualified);
}

/// Whether `some`, in any order, are what `columns` begins with: such an index finds rows by them.
inline bool begins_with(const std::vector<std::string>& columns, const std::vector<std::string>& some) {
  if (some.empty() || columns.size() < some.size()) return false;
  return std::ranges::all_of(some, [&](const std::string& name) {
    const auto end = columns.begin() + static_cast<std::ptrdiff_t>(some.size());
    return std::find(columns.begin(), end, name) != end;
  });
}

inline std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// `"a", "b"` for a remedy in Python.
inline std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text;
}

}  // namespace orchestrate::rules
