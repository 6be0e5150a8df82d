#include <algorithm>
#include <optional>
#include <span>

#include "review/lineage.hpp"

namespace orchestrate {
namespace {

/// Alembic's RevisionMap._topological_sort, step for step: it walks down one branch as far as no other branch needs
/// the revision at hand.
class Walk {
 public:
  Walk(const Lineage& lineage, std::set<Node> todo, const Nodes& heads) : lineage_(lineage), todo_(std::move(todo)) {
    for (const Node head : heads)
      if (todo_.contains(head) && std::ranges::find(heads_, head) == heads_.end()) heads_.push_back(head);
    std::ranges::sort(heads_);
    for (const Node head : heads_) below_.push_back(below(head));
  }

  Nodes run() && {
    while (!heads_.empty()) {
      if (const auto other = needed_by()) {
        at_ = *other;
        continue;
      }
      const Node node = heads_[at_];
      if (todo_.erase(node) > 0) order_.push_back(node);
      step_down(node);
    }
    return std::move(order_);
  }

 private:
  std::set<Node> below(Node node) const { return lineage_.ancestors({node}, Lineage::Edges::all); }

  std::optional<std::size_t> needed_by() const {
    for (std::size_t i = 0; i < heads_.size(); ++i)
      if (i != at_ && below_[i].contains(heads_[at_])) return i;
    return std::nullopt;
  }

  void step_down(Node node) {
    Nodes next;
    for (const Node parent : lineage_.normalized_down(node))
      if (todo_.contains(parent) && std::ranges::find(heads_, parent) == heads_.end()) next.push_back(parent);
    if (next.empty()) {
      heads_.erase(heads_.begin() + static_cast<std::ptrdiff_t>(at_));
      below_.erase(below_.begin() + static_cast<std::ptrdiff_t>(at_));
      if (at_ > 0) --at_;
      return;
    }
    heads_[at_] = next.front();
    if (lineage_.down(node).size() == 1 && !lineage_.has_dependencies(node)) {
      below_[at_].erase(node);  // plain movement down a line
      return;
    }
    below_[at_] = below(next.front());
    for (const Node other : std::span(next).subspan(1)) {
      heads_.push_back(other);
      below_.push_back(below(other));
    }
  }

  const Lineage& lineage_;
  std::set<Node> todo_;
  Nodes heads_, order_;
  std::vector<std::set<Node>> below_;  // of each head, itself included
  std::size_t at_ = 0;
};

}  // namespace

Nodes newest_first(const Lineage& lineage, const std::set<Node>& wanted, const Nodes& heads) {
  return Walk(lineage, wanted, heads).run();
}

}  // namespace orchestrate
