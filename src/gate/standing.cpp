#include "gate/standing.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace orchestrate {
namespace {

using Kind = Standing::Kind;

std::string listed(const std::vector<std::string>& revisions) {
  return revisions.empty() ? "base" : fmt::format("{}", fmt::join(revisions, ", "));
}

}  // namespace

Standing standing_of(const RevisionGraph& graph, const TableName& version_table,
                     const std::optional<std::vector<std::string>>& rows) {
  if (!graph.problems.empty()) return {Kind::unknown, graph.problems.front().hazard};
  if (graph.revisions.empty()) return {Kind::unknown, "there are no version files"};
  if (!rows) return {Kind::unknown, "there is no " + version_table.text()};
  const auto is_unknown = [&](const std::string& row) { return graph.find(row) == nullptr; };
  if (const auto unknown = std::ranges::find_if(*rows, is_unknown); unknown != rows->end())
    return {Kind::ahead, fmt::format("the database is at {}, which no version file is", *unknown)};
  const auto applied = graph.ancestors(*rows);
  std::vector<std::string> missing;
  for (const std::string& head : graph.heads())
    if (!applied.contains(head)) missing.push_back(head);
  if (missing.empty()) return {Kind::current, "the database is at " + listed(*rows)};
  return {Kind::behind, fmt::format("the database is at {}, and {} is pending", listed(*rows), listed(missing))};
}

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, 4> names = {"current", "behind", "ahead", "unknown"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace orchestrate
