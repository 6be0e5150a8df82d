#include "review/applied.hpp"

namespace orchestrate {

Finding refusal(std::string rule, std::string object, std::string why, std::string remedy) {
  return {.rule = std::move(rule),
          .category = "cannot-judge",
          .severity = Severity::blocks,
          .object = std::move(object),
          .hazard = std::move(why),
          .effect = "nobody can say which revisions Alembic would run",
          .remedy = std::move(remedy)};
}

std::variant<Nodes, Finding> applied_nodes(const Lineage& lineage, const RevisionGraph& graph,
                                           const std::vector<std::string>& rows) {
  Nodes nodes;
  for (const std::string& row : rows) {
    const Revision* revision = graph.find(row);
    if (!revision)
      return refusal("unknown-revision", row, "the database is at " + row + ", which no version file is",
                     "check out the code that made it, or look whether this is the right database");
    nodes.push_back(static_cast<Node>(revision - graph.revisions.data()));
  }
  for (const Node node : nodes) {
    const auto below = lineage.ancestors({node}, Lineage::Edges::all);
    for (const Node other : nodes)
      if (other != node && below.contains(other))
        return refusal("overlapping-rows", lineage.revision(other).id,
                       "the version table holds " + lineage.revision(node).id + " and also its ancestor " +
                           lineage.revision(other).id,
                       "delete the ancestor's row: it is implied");
  }
  return nodes;
}

}  // namespace orchestrate
