#include <algorithm>

#include "review/applied.hpp"
#include "review/graph.hpp"
#include "review/lineage.hpp"
#include "review/target.hpp"

namespace orchestrate {
namespace {

std::vector<std::string> ids(const Lineage& lineage, const Nodes& nodes) {
  std::vector<std::string> texts;
  for (const Node node : nodes) texts.push_back(lineage.revision(node).id);
  return texts;
}

}  // namespace

std::vector<std::string> RevisionGraph::heads() const {
  const Lineage lineage(*this);
  return ids(lineage, lineage.heads(Lineage::Edges::versioned));
}

std::vector<std::string> RevisionGraph::rows_at_heads() const {
  const Lineage lineage(*this);
  return ids(lineage, lineage.heads(Lineage::Edges::all));
}

std::vector<std::string> RevisionGraph::tips(const std::vector<std::string>& ids) const {
  const Lineage lineage(*this);
  Nodes nodes;
  for (const std::string& one : ids)
    if (lineage.has(one)) nodes.push_back(lineage.named(one).value());
  const std::set<Node> stood_on = lineage.below(nodes, Lineage::Edges::all);
  std::vector<std::string> found;
  for (const std::string& one : ids) {
    const bool is_known = lineage.has(one);
    if (!is_known || !stood_on.contains(lineage.named(one).value())) found.push_back(one);
  }
  std::ranges::sort(found);
  return found;
}

std::set<std::string> RevisionGraph::ancestors(const std::vector<std::string>& rows) const {
  const Lineage lineage(*this);
  Nodes nodes;
  for (const std::string& row : rows)
    if (const Revision* revision = find(row)) nodes.push_back(static_cast<Node>(revision - revisions.data()));
  std::set<std::string> found;
  for (const Node node : lineage.ancestors(nodes, Lineage::Edges::all)) found.insert(revisions[node].id);
  return found;
}

Pending RevisionGraph::pending(const std::vector<std::string>& applied, std::string_view target) const {
  if (!problems.empty()) return problems.front();
  const Lineage lineage(*this);
  const auto rows = applied_nodes(lineage, *this, applied);
  if (const auto* unknown = std::get_if<Finding>(&rows)) return *unknown;
  const Nodes& have = std::get<Nodes>(rows);

  const Targets targets = resolve_target(lineage, have, target);
  if (const auto* why = std::get_if<Unresolved>(&targets))
    return refusal(why->rule, std::string(target), why->why, why->remedy);
  const Nodes& wanted = std::get<Nodes>(targets);

  std::set<Node> todo = lineage.ancestors(wanted, Lineage::Edges::all);
  for (const Node node : lineage.ancestors(have, Lineage::Edges::all)) todo.erase(node);

  std::vector<const Revision*> order;
  for (const Node node : newest_first(lineage, todo, wanted)) order.push_back(&revisions[node]);
  std::ranges::reverse(order);
  return order;
}

}  // namespace orchestrate
