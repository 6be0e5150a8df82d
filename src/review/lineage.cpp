#include "review/lineage.hpp"

#include <algorithm>

namespace orchestrate {
namespace {

void add(Nodes& nodes, Node node) {
  if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
}

}  // namespace

Lineage::Lineage(const RevisionGraph& graph)
    : graph_(graph),
      down_(size()),
      depends_(size()),
      all_down_(size()),
      normalized_down_(size()),
      up_(size()),
      all_up_(size()) {
  for (Node node = 0; node < size(); ++node) names_.emplace(revision(node).id, node);
  ids_ = names_;
  for (Node node = 0; node < size(); ++node)
    for (const std::string& label : revision(node).labels) names_.emplace(label, node);
  for (Node node = 0; node < size(); ++node) {
    for (const std::string& parent : revision(node).down)
      if (const auto found = ids_.find(parent); found != ids_.end()) {
        add(down_[node], found->second);
        add(up_[found->second], node);
      }
    for (const std::string& parent : revision(node).depends_on)
      if (const auto found = named(parent)) add(depends_[node], *found);
    all_down_[node] = down_[node];
    for (const Node parent : depends_[node]) add(all_down_[node], parent);
    for (const Node parent : all_down_[node]) add(all_up_[parent], node);
  }
  normalize();
}

void Lineage::normalize() {
  for (Node node = 0; node < size(); ++node) {
    normalized_down_[node] = down_[node];
    if (depends_[node].empty()) continue;
    std::set<Node> inherited;
    for (const Node ancestor : ancestors({node}, Edges::versioned))
      if (ancestor != node) inherited.insert(depends_[ancestor].begin(), depends_[ancestor].end());
    for (const Node parent : depends_[node])
      if (!inherited.contains(parent)) add(normalized_down_[node], parent);
  }
}

Nodes Lineage::bases() const {
  Nodes nodes;
  for (Node node = 0; node < size(); ++node)
    if (revision(node).down.empty()) nodes.push_back(node);
  return nodes;
}

Nodes Lineage::heads(Edges edges) const {
  const auto& up = edges == Edges::all ? all_up_ : up_;
  Nodes nodes;
  for (Node node = 0; node < size(); ++node)
    if (up[node].empty()) nodes.push_back(node);
  return nodes;
}

std::optional<Node> Lineage::named(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

std::set<Node> Lineage::reach(const Nodes& from, const std::vector<Nodes>& edges) const {
  std::set<Node> seen;
  Nodes todo = from;
  while (!todo.empty()) {
    const Node node = todo.back();
    todo.pop_back();
    if (seen.insert(node).second) todo.insert(todo.end(), edges[node].begin(), edges[node].end());
  }
  return seen;
}

std::set<Node> Lineage::ancestors(const Nodes& nodes, Edges edges) const {
  return reach(nodes, edges == Edges::all ? all_down_ : down_);
}

std::set<Node> Lineage::below(const Nodes& nodes, Edges edges) const {
  const auto& down = edges == Edges::all ? all_down_ : down_;
  Nodes parents;
  for (const Node node : nodes) parents.insert(parents.end(), down[node].begin(), down[node].end());
  return reach(parents, down);
}

std::set<Node> Lineage::descendants(const Nodes& nodes, Edges edges) const {
  return reach(nodes, edges == Edges::all ? all_up_ : up_);
}

bool Lineage::share_lineage(Node a, Node b) const {
  return ancestors({a}, Edges::versioned).contains(b) || descendants({a}, Edges::versioned).contains(b);
}

std::vector<const Revision*> Lineage::on_cycles() const {
  std::vector<std::size_t> parents(size());
  Nodes ready;
  for (Node node = 0; node < size(); ++node)
    if ((parents[node] = all_down_[node].size()) == 0) ready.push_back(node);
  while (!ready.empty()) {
    const Node node = ready.back();
    ready.pop_back();
    for (const Node child : all_up_[node])
      if (--parents[child] == 0) ready.push_back(child);
  }
  std::vector<const Revision*> found;
  for (Node node = 0; node < size(); ++node)  // what is left stands on a cycle or above one
    if (parents[node] > 0 && reach(all_down_[node], all_down_).contains(node)) found.push_back(&revision(node));
  return found;
}

}  // namespace orchestrate
