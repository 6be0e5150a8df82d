#include "review/target.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <regex>

namespace orchestrate {
namespace {

constexpr auto versioned = Lineage::Edges::versioned;
constexpr auto all = Lineage::Edges::all;

Unresolved unknown(std::string_view target, std::string why) {
  return {"unknown-target", "the target " + std::string(target) + " " + std::move(why),
          "name `head`, a revision id or a branch label; `orchestrate revisions` lists them"};
}

std::string ids_of(const Lineage& lineage, const Nodes& nodes) {
  std::string text;
  for (const Node node : nodes) text += (text.empty() ? "" : ", ") + lineage.revision(node).id;
  return text;
}

/// By full id, branch label, or the start of exactly one of them that is longer than three characters.
Targets identified(const Lineage& lineage, std::string_view name) {
  if (const auto node = lineage.named(name)) return Nodes{*node};
  Nodes found;
  const auto consider = [&](Node node, const std::string& text) {
    if (text.size() > 3 && text.starts_with(name)) found.push_back(node);
  };
  for (Node node = 0; node < lineage.size(); ++node) {
    consider(node, lineage.revision(node).id);
    for (const std::string& label : lineage.revision(node).labels) consider(node, label);
  }
  if (found.empty() || name.empty()) return unknown(name, "is neither a revision nor a branch label");
  if (found.size() > 1) return unknown(name, "is the start of several revisions: " + ids_of(lineage, found));
  return found;
}

Nodes on_branch(const Lineage& lineage, const Nodes& nodes, Node branch) {
  Nodes found;
  std::ranges::copy_if(nodes, std::back_inserter(found), [&](Node n) { return lineage.share_lineage(n, branch); });
  return found;
}

/// `head`, `heads` or an id, on the branch that `label` names.
Targets on_label(const Lineage& lineage, std::string_view label, std::string_view name) {
  const Targets branch = identified(lineage, label);
  if (std::holds_alternative<Unresolved>(branch)) return branch;
  const Node root = std::get<Nodes>(branch).front();
  if (name == "head" || name == "heads") {
    const Nodes heads = on_branch(lineage, lineage.heads(versioned), root);
    if (name == "heads" || heads.size() < 2) return heads;
    return Unresolved{"several-heads",
                      "the branch " + std::string(label) + " has several heads: " + ids_of(lineage, heads),
                      "run `alembic merge heads`, or name the head that you want"};
  }
  const Targets found = identified(lineage, name);
  if (std::holds_alternative<Unresolved>(found)) return found;
  if (on_branch(lineage, std::get<Nodes>(found), root).empty())
    return unknown(name, "is not on the branch " + std::string(label));
  return found;
}

Targets absolute(const Lineage& lineage, std::string_view target) {
  const auto at = target.find('@');
  if (at != std::string_view::npos) return on_label(lineage, target.substr(0, at), target.substr(at + 1));
  if (target == "heads") return lineage.heads(all);
  if (target != "head") return identified(lineage, target);
  const Nodes heads = lineage.heads(versioned);
  if (heads.size() < 2) return heads;
  return Unresolved{"several-heads", "there are several heads: " + ids_of(lineage, heads),
                    "run `alembic merge heads`, or name `heads` or the one head that you want"};
}

/// Where `LABEL@+N` starts: what is applied of the branch, else the highest applied revisions below it.
Nodes start_on_branch(const Lineage& lineage, const Nodes& applied, Node branch) {
  Nodes start = on_branch(lineage, applied, branch);
  if (!start.empty()) return start;
  const auto below = lineage.ancestors(applied, all);
  const Nodes active = on_branch(lineage, Nodes(below.begin(), below.end()), branch);
  std::set<Node> tips(active.begin(), active.end());
  for (const Node node : active)
    for (const Node parent : lineage.normalized_down(node)) tips.erase(parent);
  return {tips.begin(), tips.end()};
}

struct Relative {
  std::string label, name;
  int steps;
};

std::optional<Relative> relative(std::string_view target) {
  static const std::regex pattern(R"((?:(.+)@)?(\w+)?([+-]\d{1,6}))");  // Alembic's _relative_destination
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_match(target.begin(), target.end(), match, pattern)) return std::nullopt;
  return Relative{match[1].str(), match[2].str(), std::stoi(match[3].str())};
}

Targets walk(const Lineage& lineage, Nodes start, const Relative& steps, std::optional<Node> branch,
             std::string_view target) {
  if (start.size() > 1) return unknown(target, "is ambiguous: several revisions are applied");
  for (int step = 0; step < steps.steps; ++step) {
    Nodes next = start.empty() ? lineage.bases() : lineage.up(start.front());
    if (branch) next = on_branch(lineage, next, *branch);
    if (next.size() > 1) return unknown(target, "is ambiguous: it could be " + ids_of(lineage, next));
    if (next.empty()) return unknown(target, "goes beyond the last revision");
    start = std::move(next);
  }
  return start;
}

Targets from_relative(const Lineage& lineage, const Nodes& applied, const Relative& steps, std::string_view target) {
  if (steps.steps <= 0) return unknown(target, "does not go up");
  std::optional<Node> branch;
  if (!steps.label.empty()) {
    const Targets label = identified(lineage, steps.label);
    if (std::holds_alternative<Unresolved>(label)) return label;
    branch = std::get<Nodes>(label).front();
  }
  if (steps.name.empty())
    return walk(lineage, branch ? start_on_branch(lineage, applied, *branch) : applied, steps, branch, target);
  const Targets start = absolute(lineage, steps.name);
  if (std::holds_alternative<Unresolved>(start)) return start;
  return walk(lineage, std::get<Nodes>(start), steps, branch, target);
}

}  // namespace

Targets resolve_target(const Lineage& lineage, const Nodes& applied, std::string_view target) {
  if (const auto steps = relative(target)) return from_relative(lineage, applied, *steps, target);
  return absolute(lineage, target);
}

}  // namespace orchestrate
