#include <algorithm>
#include <array>

#include "review/builtins.hpp"
#include "review/interpretation.hpp"

namespace orchestrate {

using Kind = Value::Kind;

namespace {

/// Attributes of an object we know nothing of that lead to the database or to files.
constexpr auto ways_in = std::to_array<std::string_view>(
    {"bind",    "engine",      "connection",      "connect", "cursor", "raw_connection", "session",
     "execute", "executemany", "exec_driver_sql", "begin",   "commit", "create_all",     "drop_all",
     "unlink",  "write_text",  "write_bytes",     "mkdir",   "rmdir",  "touch"});

}  // namespace

Value Interpretation::evaluate(Node expression) {
  if (!expression) return Value::none();
  if (!may_go_on(expression)) return Value::unknown("too many steps");
  if (!may_nest(expression)) return Value::unknown("a deeply nested expression");
  ++nested_;
  Value value = evaluate_one(expression);
  --nested_;
  count_copy(value);
  return value;
}

Value Interpretation::evaluate_one(Node expression) {
  struct Row {
    std::string_view type;
    Value (Interpretation::*evaluate)(Node);
  };
  static constexpr auto rows = std::to_array<Row>({{"Constant", &Interpretation::evaluate_constant},
                                                   {"Call", &Interpretation::evaluate_call},
                                                   {"JoinedStr", &Interpretation::evaluate_formatted},
                                                   {"List", &Interpretation::evaluate_list},
                                                   {"Tuple", &Interpretation::evaluate_list},
                                                   {"Set", &Interpretation::evaluate_list},
                                                   {"Dict", &Interpretation::evaluate_dict},
                                                   {"BoolOp", &Interpretation::evaluate_boolean},
                                                   {"IfExp", &Interpretation::evaluate_conditional},
                                                   {"Compare", &Interpretation::evaluate_comparison},
                                                   {"Subscript", &Interpretation::evaluate_subscript},
                                                   {"ListComp", &Interpretation::evaluate_comprehension},
                                                   {"SetComp", &Interpretation::evaluate_comprehension},
                                                   {"GeneratorExp", &Interpretation::evaluate_comprehension},
                                                   {"DictComp", &Interpretation::evaluate_comprehension}});
  if (const auto* row = std::ranges::find(rows, expression.type(), &Row::type); row != rows.end())
    return (this->*row->evaluate)(expression);
  if (expression.is("Name")) {
    const std::string name(expression.word("id"));
    const Value* value = lookup(name);
    return value ? resolve(*value) : Value::symbol("builtins." + name);
  }
  if (expression.is("Attribute")) return attribute(evaluate(expression.child("value")), expression.word("attr"));
  if (expression.is("BinOp")) {
    const Value left = evaluate(expression.child("left"));
    return binary(expression.child("op").type(), left, evaluate(expression.child("right")));
  }
  if (expression.is("UnaryOp")) {
    const Value operand = evaluate(expression.child("operand"));
    const auto known = truth(operand);
    if (expression.child("op").is("Not") && known) return Value::of(!*known);
    if (expression.child("op").is("USub") && operand.is(Kind::integer))
      return Value::of(static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(operand.number)));
    return Value::unknown(why_unknown(operand));
  }
  if (expression.is("NamedExpr")) {
    const Value value = evaluate(expression.child("value"));
    bind(expression.child("target"), value);
    return value;
  }
  if (expression.is("Lambda")) return function_of(expression);
  if (expression.is("Starred")) return evaluate(expression.child("value"));
  if (expression.is("Await") || expression.is("Yield") || expression.is("YieldFrom")) {
    cannot_judge(expression, "asynchronous code or a generator");
    return Value::unknown("asynchronous code");
  }
  return Value::unknown(expression.is("Opaque") ? std::string(expression.word("why")) : "a computed value");
}

Value Interpretation::evaluate_constant(Node expression) {
  const Json& value = expression.value();
  if (value.is_bool()) return Value::of(value.as_bool());
  if (value.is_integer()) return Value::of(value.as_integer());
  if (!value.is_string()) return Value::none();
  Value text = Value::of(value.as_string());
  const int lines = static_cast<int>(std::ranges::count(text.text, '\n'));
  const int last = std::max(expression.number("end"), expression.line());
  if (expression.line() + lines == last) text.line = expression.line();  // its line ends are the file's
  text.module = frames_.back().module;
  return text;
}

Value Interpretation::evaluate_formatted(Node expression) {
  std::string text, why;
  for (const Node part : expression.children("values")) {
    const bool field = part.is("FormattedValue");
    const Value value = evaluate(field ? part.child("value") : part);
    const auto piece = as_text(value);
    const bool plain = part.number("conversion") <= 0 && !part.child("format_spec");  // !r and !a write it otherwise
    const bool is_known = piece && plain;
    if (!is_known && why.empty()) why = piece ? "how a value is formatted" : why_unknown(value);
    text += plain ? sketch_of(value) : unknown_part;
  }
  return why.empty() ? bounded(Value::of(text)) : sketched(std::move(text), std::move(why));
}

Value Interpretation::evaluate_list(Node expression) {
  std::vector<Value> items;
  for (const Node element : expression.children("elts")) {
    const Value value = evaluate(element);
    if (!element.is("Starred")) {
      items.push_back(value);
      continue;
    }
    const auto more = items_of(value);
    if (!more) return Value::unknown(why_unknown(value));
    items.insert(items.end(), more->begin(), more->end());
  }
  return bounded(list_of(std::move(items)));
}

Value Interpretation::evaluate_dict(Node expression) {
  const auto keys = expression.children("keys"), values = expression.children("values");
  Value dict{.kind = Kind::dict};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value value = evaluate(values[i]);
    if (i >= keys.size() || !keys[i]) return Value::unknown("a dict with **");
    dict.items.push_back(evaluate(keys[i]));
    dict.values.push_back(value);
  }
  return bounded(std::move(dict));
}

Value Interpretation::evaluate_boolean(Node expression) {
  const bool all = expression.child("op").is("And");
  Value last = Value::of(all);
  std::optional<Value> open;
  for (const Node part : expression.children("values")) {
    last = evaluate(part);
    const auto known = truth(last);
    const bool decides = known && *known != all;
    const bool is_truth_alone = !open || (!may_act(*open) && !may_act(last));
    if (decides && is_truth_alone) return last;
    if (open)
      open = one_of(*open, last, why_unknown(*open));
    else if (!known)
      open = last;
    if (decides) return *open;
  }
  return open ? one_of(*open, Value::unknown(why_unknown(*open)), why_unknown(*open)) : last;
}

Value Interpretation::evaluate_conditional(Node expression) {
  const Value test = evaluate(expression.child("test"));
  if (const auto known = truth(test)) return evaluate(expression.child(*known ? "body" : "orelse"));
  Value yes, no;
  const bool acts = perhaps([&] {
    yes = evaluate(expression.child("body"));
    no = evaluate(expression.child("orelse"));
  });
  if (acts) cannot_judge(expression, "which branch runs depends on " + why_unknown(test));
  return one_of(yes, no, why_unknown(test));
}

Value Interpretation::evaluate_comparison(Node expression) {
  Value left = evaluate(expression.child("left"));
  const auto operations = expression.children("ops"), rights = expression.children("comparators");
  Value result = Value::of(true);
  for (std::size_t i = 0; i < operations.size() && i < rights.size(); ++i) {
    const Value right = evaluate(rights[i]);
    result = compare(operations[i].type(), left, right);
    if (truth(result) != true) return result;
    left = right;
  }
  return result;
}

Value Interpretation::evaluate_subscript(Node expression) {
  const Value object = evaluate(expression.child("value"));
  const Value index = evaluate(expression.child("slice"));
  if (object.is(Kind::list) && index.is(Kind::integer)) {
    const auto size = static_cast<std::int64_t>(object.items.size());
    const std::int64_t at = index.number < 0 ? index.number + size : index.number;
    if (at >= 0 && at < size) return object.items[static_cast<std::size_t>(at)];
  }
  if (object.is(Kind::dict))
    for (std::size_t i = 0; i < object.items.size(); ++i)
      if (object.items[i].kind == index.kind && object.items[i].text == index.text &&
          object.items[i].number == index.number)
        return object.values[i];
  if (object.is(Kind::foreign)) return object;
  const bool holds = (object.is(Kind::list) || object.is(Kind::dict)) && may_act(object);
  if (holds) return Value::foreign(why_unknown(index.is_known() ? object : index));
  return Value::unknown(object.is_known() ? why_unknown(index) : why_unknown(object));
}

Value Interpretation::evaluate_comprehension(Node expression) {
  const auto generators = expression.children("generators");
  const Value over = generators.empty() ? Value::none() : evaluate(generators[0].child("iter"));
  const auto items = items_of(over);
  const Scope before = copy_of_names();
  const bool simple =
      items && generators.size() == 1 && generators[0].children("ifs").empty() && expression.child("elt");
  Value result = part_of(over);
  if (simple) {
    std::vector<Value> made;
    for (const Value& item : *items) {
      bind(generators[0].child("target"), item);
      made.push_back(evaluate(expression.child("elt")));
      if (!may_go_on(expression)) break;
    }
    result = bounded(list_of(std::move(made)));
  } else {
    const bool acts = perhaps([&] {
      for (const Node generator : generators) {
        bind(generator.child("target"), part_of(over));
        for (const Node condition : generator.children("ifs")) evaluate(condition);
      }
      for (const char* part : {"elt", "key", "value"}) evaluate(expression.child(part));
    });
    if (acts) cannot_judge(expression, "a comprehension over " + why_unknown(over));
  }
  names() = before;
  return result;
}

Value Interpretation::attribute(const Value& object, std::string_view name) {
  const std::string text(name);
  switch (object.kind) {
    case Kind::symbol:
      if (const auto set = replaced_.find(object.text + "." + text); set != replaced_.end()) return set->second;
      if (object.text == "dialect" || object.text == "engine") {
        if (name == "name") return Value::of(std::string("postgresql"));
        if (name == "dialect") return Value::symbol("dialect");
      }
      if (object.text == "os" && name == "environ") return Value::unknown("the environment");
      return resolve(Value::symbol(object.text + "." + text));
    case Kind::connection:
      if (name == "dialect" || name == "engine") return Value::symbol(text);
      break;
    case Kind::context:
      if (name == "dialect") return Value::symbol(text);
      if (name == "bind" || name == "connection") return {.kind = Kind::connection};
      break;
    case Kind::unknown:
      if (const Value* constant = object.argument(name)) return *constant;
      if (std::ranges::find(ways_in, name) != ways_in.end()) return Value::foreign("." + text + " of " + object.text);
      return object;
    case Kind::foreign:
      if (const Value* constant = object.argument(name)) return *constant;
      return Value::foreign(object.text);
    case Kind::text:
    case Kind::integer:
      if (name == "value") return object;  // of an enumeration: neither has one itself
      break;
    default:
      break;
  }
  return {.kind = Kind::method, .text = text, .items = {object}};
}

}  // namespace orchestrate
