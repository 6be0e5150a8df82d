#include "review/builtins.hpp"

#include <algorithm>
#include <array>

#include "review/text_methods.hpp"

namespace orchestrate {
namespace {

using Kind = Value::Kind;
using Values = std::vector<Value>;

constexpr std::size_t longest_range = 10'000;

Value computed(std::string_view name, const Arguments& arguments) {
  for (const Value& argument : arguments.positional)
    if (!argument.is_known()) return Value::unknown(why_unknown(argument));
  return Value::unknown("the result of " + std::string(name) + "()");
}

Value range(const Arguments& arguments) {
  std::array<std::int64_t, 3> bounds{0, 0, 1};
  const Values& given = arguments.positional;
  if (given.empty() || given.size() > 3 ||
      !std::ranges::all_of(given, [](const Value& v) { return v.is(Kind::integer); }))
    return computed("range", arguments);
  if (given.size() == 1) bounds[1] = given[0].number;
  for (std::size_t i = 0; given.size() > 1 && i < given.size(); ++i) bounds[i] = given[i].number;
  Values items;
  const auto [first, end, step] = bounds;
  for (std::int64_t n = first; step != 0 && (step > 0 ? n < end : n > end);) {
    if (items.size() > longest_range) return Value::unknown("a very long range");
    items.push_back(Value::of(n));
    if (__builtin_add_overflow(n, step, &n)) break;
  }
  return list_of(std::move(items));
}

Value as_list(const Arguments& arguments) {
  if (arguments.positional.empty()) return list_of({});
  const auto items = items_of(arguments.positional[0]);
  return items ? list_of(*items) : computed("list", arguments);
}

Value sorted(const Arguments& arguments) {
  auto items = arguments.positional.empty() ? std::nullopt : items_of(arguments.positional[0]);
  const bool texts = items && std::ranges::all_of(*items, [](const Value& v) { return v.is(Kind::text); });
  if (!texts || !arguments.named.empty()) return computed("sorted", arguments);
  std::ranges::sort(*items, {}, &Value::text);
  return list_of(std::move(*items));
}

Value reversed(const Arguments& arguments) {
  auto items = arguments.positional.empty() ? std::nullopt : items_of(arguments.positional[0]);
  if (!items) return computed("reversed", arguments);
  std::ranges::reverse(*items);
  return list_of(std::move(*items));
}

Value enumerate(const Arguments& arguments) {
  const auto items = arguments.positional.empty() ? std::nullopt : items_of(arguments.positional[0]);
  if (!items || arguments.positional.size() > 1) return computed("enumerate", arguments);
  Values pairs;
  for (std::int64_t i = 0; const Value& item : *items) pairs.push_back(list_of({Value::of(i++), item}));
  return list_of(std::move(pairs));
}

Value zip(const Arguments& arguments) {
  std::vector<Values> columns;
  for (const Value& argument : arguments.positional) {
    auto items = items_of(argument);
    if (!items) return computed("zip", arguments);
    columns.push_back(std::move(*items));
  }
  Values rows;
  for (std::size_t i = 0; !columns.empty(); ++i) {
    Values row;
    for (const Values& column : columns)
      if (i < column.size()) row.push_back(column[i]);
    if (row.size() < columns.size()) break;
    rows.push_back(list_of(std::move(row)));
  }
  return list_of(std::move(rows));
}

Value length(const Arguments& arguments) {
  if (arguments.positional.empty()) return computed("len", arguments);
  if (const auto items = items_of(arguments.positional[0])) return Value::of(static_cast<std::int64_t>(items->size()));
  return computed("len", arguments);
}

Value text_of(const Arguments& arguments) {
  const auto text = arguments.positional.empty() ? std::nullopt : as_text(arguments.positional[0]);
  return text ? Value::of(*text) : computed("str", arguments);
}

Value dict(const Arguments& arguments) {
  if (!arguments.positional.empty() || arguments.open) return computed("dict", arguments);
  Value value{.kind = Kind::dict};
  for (const auto& [name, item] : arguments.named) {
    value.items.push_back(Value::of(name));
    value.values.push_back(item);
  }
  return value;
}

struct Builtin {
  std::string_view name;
  Value (*call)(const Arguments&);
};
constexpr auto builtins = std::to_array<Builtin>({{"range", range},
                                                  {"list", as_list},
                                                  {"tuple", as_list},
                                                  {"set", as_list},
                                                  {"frozenset", as_list},
                                                  {"sorted", sorted},
                                                  {"reversed", reversed},
                                                  {"enumerate", enumerate},
                                                  {"zip", zip},
                                                  {"len", length},
                                                  {"str", text_of},
                                                  {"dict", dict}});

// Without effect, result not computed.
constexpr auto harmless = std::to_array<std::string_view>({"print",
                                                           "isinstance",
                                                           "issubclass",
                                                           "int",
                                                           "float",
                                                           "bool",
                                                           "bytes",
                                                           "repr",
                                                           "min",
                                                           "max",
                                                           "sum",
                                                           "any",
                                                           "all",
                                                           "abs",
                                                           "round",
                                                           "hasattr",
                                                           "callable",
                                                           "iter",
                                                           "next",
                                                           "map",
                                                           "filter",
                                                           "type",
                                                           "id",
                                                           "hash",
                                                           "chr",
                                                           "ord",
                                                           "format",
                                                           "vars",
                                                           "super",
                                                           "object",
                                                           "slice",
                                                           "divmod",
                                                           "pow",
                                                           "Exception",
                                                           "ValueError",
                                                           "RuntimeError",
                                                           "NotImplementedError",
                                                           "TypeError",
                                                           "KeyError",
                                                           "AssertionError",
                                                           "SystemExit",
                                                           "LookupError",
                                                           "bytearray"});

/// Where a text is written makes it no other text.
Value without_places(Value value) {
  value.line = 0;
  value.module = 0;
  for (auto* parts : {&value.items, &value.values})
    for (Value& part : *parts) part = without_places(std::move(part));
  return value;
}

}  // namespace

Value list_of(std::vector<Value> items) {
  return {.kind = Kind::list, .items = std::move(items)};
}

std::optional<std::vector<Value>> items_of(const Value& value) {
  const bool is_class = value.is(Kind::unknown) || value.is(Kind::foreign);
  if (value.is(Kind::list) || value.is(Kind::dict) || (is_class && !value.items.empty())) return value.items;
  return std::nullopt;
}

std::optional<Value> call_builtin(std::string_view name, const Arguments& arguments) {
  const auto* found = std::ranges::find(builtins, name, &Builtin::name);
  if (found != builtins.end()) return arguments.open ? computed(name, arguments) : found->call(arguments);
  if (std::ranges::find(harmless, name) != harmless.end()) return computed(name, arguments);
  return std::nullopt;
}

Value call_method_of_literal(const Value& object, std::string_view name, const Arguments& arguments) {
  if (object.is(Kind::text))
    if (const auto text = text_method(object.text, name, arguments)) {
      Value value = Value::of(*text);
      if (name == "strip" && object.text.starts_with(*text)) value.line = object.line;
      value.module = object.module;
      return value;
    }
  if (object.is(Kind::dict)) {
    Values pairs;
    for (std::size_t i = 0; i < object.items.size(); ++i) pairs.push_back(list_of({object.items[i], object.values[i]}));
    if (name == "items") return list_of(std::move(pairs));
    if (name == "keys") return list_of(object.items);
    if (name == "values") return list_of(object.values);
  }
  if (!object.is_known()) return Value::unknown(why_unknown(object));
  return computed(std::string(name), arguments);
}

Value binary(std::string_view operation, const Value& left, const Value& right) {
  if (operation == "Add" && left.is(Kind::text) && right.is(Kind::text))
    return bounded(Value::of(left.text + right.text));
  if (operation == "Add" && left.is(Kind::list) && right.is(Kind::list)) {
    Values items = left.items;
    items.insert(items.end(), right.items.begin(), right.items.end());
    return bounded(list_of(std::move(items)));
  }
  if (operation == "Add" && left.is(Kind::integer) && right.is(Kind::integer))
    return Value::of(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(left.number) + static_cast<std::uint64_t>(right.number)));
  if (operation == "Mod" && left.is(Kind::text))
    if (const auto text = interpolated(left.text, right)) return Value::of(*text);
  const auto may_be_text = [](const Value& side) { return side.is(Kind::text) || !side.choices.empty(); };
  for (const Value* side : {&left, &right})
    if (!side->is_known() && operation == "Add" && (may_be_text(left) || may_be_text(right)))
      return sketched(sketch_of(left) + sketch_of(right), why_unknown(*side));
  for (const Value* side : {&left, &right})
    if (!side->is_known()) return Value::unknown(why_unknown(*side));
  return Value::unknown("a computed value");
}

Value compare(std::string_view operation, const Value& left, const Value& right) {
  for (const Value* side : {&left, &right})
    if (!side->is_known() || side->is(Kind::made)) return Value::unknown(why_unknown(*side));
  const Value a = without_places(left), b = without_places(right);
  if (operation == "Eq" || operation == "Is") return Value::of(a == b);
  if (operation == "NotEq" || operation == "IsNot") return Value::of(!(a == b));
  if (operation == "In" || operation == "NotIn") {
    const auto items = items_of(b);
    if (!items) return Value::unknown("a comparison");
    const bool found = std::ranges::any_of(*items, [&](const Value& item) { return item == a; });
    return Value::of(found == (operation == "In"));
  }
  return Value::unknown("a comparison");
}

}  // namespace orchestrate
