#include <algorithm>
#include <utility>

#include "review/interpretation.hpp"

namespace orchestrate {

using Kind = Value::Kind;

namespace {

/// A name or a list of names, as tables and enumerations write them into a class.
bool is_plain(const Value& value) {
  if (value.is(Kind::list)) return std::ranges::all_of(value.items, is_plain);
  return value.is(Kind::text) || value.is(Kind::integer) || value.is(Kind::boolean);
}

bool is_enumeration(Node definition) {
  return std::ranges::any_of(definition.children("bases"), [](Node base) {
    const std::string_view name = base.is("Attribute") ? base.word("attr") : base.word("id");
    return name.ends_with("Enum");
  });
}

}  // namespace

/// What a class is and does is not followed, but its constants are known; a class that holds more is foreign.
void Interpretation::walk_class(Node definition) {
  const std::string name(definition.word("name"));
  std::vector<Statement> ours = std::exchange(found_, {});
  frames_.push_back({.module = frames_.back().module, .locals = Scope()});
  walk(definition.children("body"));
  const Scope attributes = std::move(*frames_.back().locals);
  frames_.pop_back();
  bool acts = !found_.empty() || !definition.children("decorator_list").empty();
  std::erase_if(found_, is_of_no_concern);
  found_.insert(found_.begin(), std::make_move_iterator(ours.begin()), std::make_move_iterator(ours.end()));

  Value made = Value::unknown(std::string(class_of_project) + name);
  for (const auto& [attribute, value] : attributes) {
    acts |= may_act(value);
    if (is_plain(value)) made.named.emplace_back(attribute, value);
  }
  if (is_enumeration(definition))
    for (const Node statement : definition.children("body"))
      for (const Node target : statement.children("targets"))
        if (const Value* member = made.argument(target.word("id"))) made.items.push_back(*member);
  if (acts) made.kind = Kind::foreign;
  names()[name] = bounded(std::move(made));
}

}  // namespace orchestrate
