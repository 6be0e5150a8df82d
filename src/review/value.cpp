#include "review/value.hpp"

#include <algorithm>

#include "review/known_calls.hpp"
#include "review/limits.hpp"

namespace orchestrate {

using Kind = Value::Kind;

bool Value::is_known() const {
  if (kind == Kind::unknown || kind == Kind::foreign || kind == Kind::symbol || kind == Kind::method) return false;
  const auto known = [](const Value& value) { return value.is_known(); };
  return std::ranges::all_of(items, known) && std::ranges::all_of(values, known);
}

const Value* Value::argument(std::string_view name) const {
  const auto found = std::ranges::find(named, name, &std::pair<std::string, Value>::first);
  return found == named.end() ? nullptr : &found->second;
}

namespace {

/// What is nested deeper than `depth` counts as too heavy.
std::size_t weight_of(const Value& value, std::size_t limit, int depth) {
  if (depth == 0) return limit + 1;
  std::size_t weight = sizeof(Value) + value.text.size();
  const auto add = [&](const Value& part) {
    if (weight <= limit) weight += weight_of(part, limit - weight, depth - 1);
  };
  for (const Value& part : value.items) add(part);
  for (const Value& part : value.values) add(part);
  for (const auto& [name, part] : value.named) add(part);
  for (const Value& part : value.choices) add(part);
  return weight;
}

}  // namespace

std::size_t weight_of(const Value& value) {
  return weight_of(value, limits::bytes_of_value, limits::depth_of_value);
}

Value bounded(Value value) {
  return weight_of(value) > limits::bytes_of_value ? Value::unknown("a very large value") : value;
}

bool may_act(const Value& value) {
  switch (value.kind) {
    case Kind::foreign:
    case Kind::function:
    case Kind::connection:
    case Kind::context:
    case Kind::batch:
      return true;
    case Kind::symbol:
      if (value.text.starts_with("builtins.") || value.text.starts_with("alembic.context")) return false;
      return value.text.starts_with("alembic") || effect_of_call(value.text) != CallEffect::pure;
    default:
      return std::ranges::any_of(value.items, may_act) || std::ranges::any_of(value.values, may_act);
  }
}

std::string sketch_of(const Value& value) {
  if (const auto text = as_text(value)) return *text;
  const bool is_sketch = value.choices.size() == 1 && value.choices.front().is(Kind::text);
  return is_sketch ? value.choices.front().text : std::string(unknown_part);
}

Value sketched(std::string text, std::string why) {
  Value value = Value::unknown(std::move(why));
  value.choices.push_back(Value::of(std::move(text)));
  return bounded(std::move(value));
}

Value one_of(const Value& one, const Value& other, std::string why) {
  if (one == other) return one;
  Value value = may_act(one) || may_act(other) ? Value::foreign(std::move(why)) : Value::unknown(std::move(why));
  for (const Value* side : {&one, &other})
    if (side->is(Kind::text) || side->is(Kind::made))
      value.choices.push_back(*side);
    else
      value.choices.insert(value.choices.end(), side->choices.begin(), side->choices.end());
  if (value.choices.size() > limits::choices) value.choices.clear();
  return bounded(std::move(value));
}

Value part_of(const Value& whole) {
  const std::string why = why_unknown(whole);
  return may_act(whole) ? Value::foreign(why) : Value::unknown(why);
}

std::optional<bool> truth(const Value& value) {
  switch (value.kind) {
    case Kind::unknown:
    case Kind::foreign:
    case Kind::symbol:
    case Kind::method:
    case Kind::made:
      return std::nullopt;
    case Kind::none:
      return false;
    case Kind::boolean:
    case Kind::integer:
      return value.number != 0;
    case Kind::text:
      return !value.text.empty();
    case Kind::list:
    case Kind::dict:
      return !value.items.empty();
    default:
      return true;
  }
}

std::string why_unknown(const Value& value) {
  if (value.is(Kind::unknown) || value.is(Kind::foreign)) return value.text;
  if (value.is(Kind::symbol)) return value.text.substr(value.text.starts_with("builtins.") ? 9 : 0);
  for (const auto* parts : {&value.items, &value.values})
    for (const Value& part : *parts)
      if (!part.is_known()) return why_unknown(part);
  if (value.is(Kind::made) || value.is(Kind::method)) return std::string(last_part(value.text));
  return "something that is not written in the file";
}

std::optional<std::string> as_text(const Value& value) {
  switch (value.kind) {
    case Kind::text:
      return value.text;
    case Kind::integer:
      return std::to_string(value.number);
    case Kind::boolean:
      return value.number ? "True" : "False";
    case Kind::none:
      return "None";
    default:
      return std::nullopt;
  }
}

std::string_view last_part(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

std::string written(const Value& value) {
  if (value.is(Kind::text)) return "'" + value.text + "'";
  if (const auto text = as_text(value)) return *text;
  if (value.is(Kind::symbol)) return std::string(last_part(value.text));
  if (value.is(Kind::made)) {
    std::string arguments;
    const auto add = [&](const std::string& text) { arguments += (arguments.empty() ? "" : ", ") + text; };
    for (const Value& item : value.items) add(written(item));
    for (const auto& [name, item] : value.named) add(name + "=" + written(item));
    return std::string(last_part(value.text)) + "(" + arguments + ")";
  }
  if (value.is(Kind::list)) {
    std::string inside;
    for (const Value& item : value.items) inside += (inside.empty() ? "" : ", ") + written(item);
    return "[" + inside + "]";
  }
  return "...";
}

}  // namespace orchestrate
