#include <algorithm>
#include <iterator>
#include <regex>

#include "review/applied.hpp"
#include "review/graph.hpp"
#include "review/lineage.hpp"
#include "review/target.hpp"

namespace orchestrate {
namespace {

constexpr auto all = Lineage::Edges::all;

Finding no_way(std::string_view target, std::string why) {
  return refusal("unknown-target", std::string(target), "cannot go back to " + std::string(target) + ": " + why,
                 "name an applied revision, -N or base; `orchestrate revisions` lists them");
}

/// N revisions down from the one that is applied; nothing when that is base.
std::variant<Nodes, Finding> steps_down(const Lineage& lineage, Nodes at, int steps, std::string_view target) {
  for (int step = 0; step < steps; ++step) {
    if (at.empty()) return no_way(target, "that is below base");
    if (at.size() > 1) return no_way(target, "it is ambiguous, since several revisions are applied or one is a merge");
    at = lineage.down(at.front());
  }
  if (at.size() > 1) return no_way(target, "it is ambiguous, since the revision above is a merge");
  return at;
}

/// The revision to go back to; none: base.
std::variant<Nodes, Finding> destination(const Lineage& lineage, const Nodes& applied, std::string_view target) {
  static const std::regex relative(R"(-(\d{1,6}))");
  std::match_results<std::string_view::const_iterator> match;
  if (std::regex_match(target.begin(), target.end(), match, relative))
    return steps_down(lineage, applied, std::stoi(match[1].str()), target);
  if (target == "base") return Nodes{};
  const Targets found = resolve_target(lineage, applied, target);
  if (const auto* why = std::get_if<Unresolved>(&found))
    return refusal(why->rule, std::string(target), why->why, why->remedy);
  const Nodes& nodes = std::get<Nodes>(found);
  if (nodes.size() != 1) return no_way(target, "that is several revisions");
  if (!lineage.ancestors(applied, all).contains(nodes.front())) return no_way(target, "it is not applied");
  return nodes;
}

/// A revision's row gives way to those below it that no other row implies; Alembic keeps one more here and there, with
/// the same meaning, up to 1.8 where a merged branch depends on the other.
std::vector<std::string> rows_after(const Lineage& lineage, const Nodes& applied, const Nodes& undone) {
  std::set<Node> rows(applied.begin(), applied.end());
  for (const Node node : undone) {
    if (rows.erase(node) == 0) continue;
    const Nodes& below = lineage.normalized_down(node);
    rows.insert(below.begin(), below.end());
  }
  const std::set<Node> candidates = rows;
  for (const Node row : candidates) {
    Nodes others;
    std::ranges::copy_if(rows, std::back_inserter(others), [&](Node other) { return other != row; });
    if (lineage.ancestors(others, all).contains(row)) rows.erase(row);
  }
  std::vector<std::string> ids;
  for (const Node row : rows) ids.push_back(lineage.revision(row).id);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace

/// As Alembic's RevisionMap._collect_downgrade_revisions: what stands on the destination, and what depends on that.
WayBack RevisionGraph::undone(const std::vector<std::string>& applied, std::string_view target) const {
  if (!problems.empty()) return problems.front();
  const Lineage lineage(*this);
  const auto rows = applied_nodes(lineage, *this, applied);
  if (const auto* unknown = std::get_if<Finding>(&rows)) return *unknown;
  const Nodes& have = std::get<Nodes>(rows);
  const auto found = destination(lineage, have, target);
  if (const auto* finding = std::get_if<Finding>(&found)) return *finding;
  const Nodes& to = std::get<Nodes>(found);

  const Nodes roots = to.empty() ? lineage.bases() : lineage.up(to.front());
  const std::set<Node> above = lineage.descendants(roots, all), active = lineage.ancestors(have, all);
  std::set<Node> todo;
  std::ranges::set_intersection(above, active, std::inserter(todo, todo.end()));
  const bool is_row = !to.empty() && std::ranges::find(have, to.front()) != have.end();
  if (todo.empty() && !to.empty() && !is_row) return no_way(target, "nothing that is applied stands on it");
  const Nodes order = newest_first(lineage, todo, have);
  Undone undone{.to = to.empty() ? "base" : lineage.revision(to.front()).id, .rows = rows_after(lineage, have, order)};
  for (const Node node : order) undone.revisions.push_back(&revisions[node]);
  return undone;
}

}  // namespace orchestrate
