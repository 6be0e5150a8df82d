#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "review/graph.hpp"

namespace orchestrate {

/// A revision's number in RevisionGraph::revisions.
using Node = std::size_t;
using Nodes = std::vector<Node>;

/// The edges of a graph, as Alembic's RevisionMap builds them. Edges to files that are not there are left out.
class Lineage {
 public:
  explicit Lineage(const RevisionGraph& graph);

  enum class Edges {
    versioned,  ///< down_revision
    all,        ///< down_revision and depends_on
  };

  std::size_t size() const { return graph_.revisions.size(); }
  const Revision& revision(Node node) const { return graph_.revisions[node]; }
  const Nodes& down(Node node) const { return down_[node]; }
  const Nodes& up(Node node) const { return up_[node]; }
  /// down_revision, then those dependencies that no ancestor has already.
  const Nodes& normalized_down(Node node) const { return normalized_down_[node]; }
  bool has_dependencies(Node node) const { return normalized_down_[node].size() > down_[node].size(); }

  Nodes bases() const;
  Nodes heads(Edges edges) const;

  bool has(std::string_view id) const { return ids_.contains(id); }
  /// By full id or branch label.
  std::optional<Node> named(std::string_view name) const;

  /// The nodes themselves and everything below or above them.
  std::set<Node> ancestors(const Nodes& nodes, Edges edges) const;
  /// What they stand on.
  std::set<Node> below(const Nodes& nodes, Edges edges) const;
  std::set<Node> descendants(const Nodes& nodes, Edges edges) const;
  bool share_lineage(Node a, Node b) const;

  std::vector<const Revision*> on_cycles() const;

 private:
  std::set<Node> reach(const Nodes& from, const std::vector<Nodes>& edges) const;
  void normalize();

  const RevisionGraph& graph_;
  std::map<std::string_view, Node> ids_, names_;
  std::vector<Nodes> down_, depends_, all_down_, normalized_down_, up_, all_up_;
};

/// The nodes of `wanted` so that each stands behind its descendants, ties as Alembic's _topological_sort breaks them.
Nodes newest_first(const Lineage& lineage, const std::set<Node>& wanted, const Nodes& heads);

}  // namespace orchestrate
