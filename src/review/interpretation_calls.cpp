#include <algorithm>
#include <array>
#include <utility>

#include "review/builtins.hpp"
#include "review/interpretation.hpp"
#include "review/known_calls.hpp"

namespace orchestrate {

using Kind = Value::Kind;

namespace {

constexpr int deepest_call = 20;

/// Python's own ways to run code that is not written here.
constexpr auto dark_builtins = std::to_array<std::string_view>(
    {"exec", "eval", "compile", "__import__", "setattr", "globals", "locals", "delattr", "input"});

/// Whoever holds one of these can change the database.
bool gives_access(const Value& value) {
  if (value.is(Kind::connection) || value.is(Kind::context) || value.is(Kind::batch)) return true;
  if (value.is(Kind::symbol) && value.text.starts_with("alembic.op")) return true;
  return std::ranges::any_of(value.items, gives_access) || std::ranges::any_of(value.values, gives_access);
}

/// Of what only computes; functools.partial() and next() may give back what they are given.
Value result_of(const std::string& path, const Arguments& arguments) {
  const std::string why = "the result of " + path + "()";
  const bool acts = std::ranges::any_of(arguments.positional, may_act) ||
                    std::ranges::any_of(arguments.named, [](const auto& named) { return may_act(named.second); });
  return acts ? Value::foreign(why) : Value::unknown(why);
}

/// A column's description, among whose arguments are data types.
bool takes_data_types(const Value& callee) {
  const bool described =
      callee.is(Kind::symbol) && callee.text.starts_with("sqlalchemy") && last_part(callee.text) == "Column";
  const bool directive = (callee.is(Kind::symbol) && callee.text.starts_with("alembic.op.")) || callee.is(Kind::method);
  return described || (directive && last_part(callee.text) == "alter_column");
}

Value made(std::string_view path, const Arguments& arguments) {
  return {.kind = Kind::made, .text = std::string(path), .items = arguments.positional, .named = arguments.named};
}

/// By Python's custom: `UUID`, `Timestamp`.
bool names_a_class(std::string_view path) {
  const std::string_view name = last_part(path);
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

bool gives_access(const Arguments& arguments) {
  return std::ranges::any_of(arguments.positional, [](const Value& value) { return gives_access(value); }) ||
         std::ranges::any_of(arguments.named, [](const auto& named) { return gives_access(named.second); });
}

}  // namespace

Arguments Interpretation::arguments_of(Node call) {
  Arguments arguments;
  for (const Node argument : call.children("args")) {
    const Value value = evaluate(argument);
    if (!argument.is("Starred")) {
      arguments.positional.push_back(value);
    } else if (const auto items = items_of(value)) {
      arguments.positional.insert(arguments.positional.end(), items->begin(), items->end());
    } else {
      arguments.open = true;
    }
  }
  for (const Node keyword : call.children("keywords")) {
    const Value value = evaluate(keyword.child("value"));
    if (!keyword.word("arg").empty()) {
      arguments.named.emplace_back(keyword.word("arg"), value);
    } else if (value.is(Kind::dict)) {
      for (std::size_t i = 0; i < value.items.size(); ++i)
        arguments.named.emplace_back(value.items[i].text, value.values[i]);
    } else {
      arguments.open = true;
    }
  }
  return arguments;
}

Value Interpretation::evaluate_call(Node expression) {
  const Value callee = evaluate(expression.child("func"));
  const bool takes_types = takes_data_types(callee);
  within_column_ += takes_types ? 1 : 0;
  const Arguments arguments = arguments_of(expression);
  within_column_ -= takes_types ? 1 : 0;
  const Node function = expression.child("func");
  const bool changes = function.is("Attribute") && function.child("value").is("Name") && callee.is(Kind::method) &&
                       (callee.items[0].is(Kind::list) || callee.items[0].is(Kind::dict));
  if (changes) {
    Value& owner = owner_of(function.child("value").word("id"));
    const bool plain = callee.text == "append" && arguments.positional.size() == 1 && branches_ == 0;
    const bool reads = callee.text == "items" || callee.text == "keys" || callee.text == "values" ||
                       callee.text == "get" || callee.text == "index" || callee.text == "count" ||
                       callee.text == "copy";
    if (plain) {
      owner.items.push_back(arguments.positional[0]);
      owner = bounded(std::move(owner));
    } else if (!reads) {
      owner = one_of(owner, Value::unknown("a list that is changed"), "a list that is changed");
    }
  }
  return call(callee, arguments, expression);
}

Value Interpretation::call(const Value& callee, const Arguments& arguments, Node at) {
  switch (callee.kind) {
    case Kind::function:
      return call_function(callee, arguments, at);
    case Kind::symbol:
      return call_symbol(callee.text, arguments, at);
    case Kind::method:
      return call_method(callee, arguments, at);
    case Kind::unknown:
      if (gives_access(arguments)) cannot_judge(at, "the connection is handed to " + callee.text);
      call_back(arguments, at);
      return callee;
    case Kind::foreign:
      if (is_data_type(callee.text, arguments)) return made(callee.text.substr(class_of_project.size()), arguments);
      cannot_judge(at, "it calls " + callee.text + ", whose effect cannot be followed");
      return callee;
    default:
      return Value::unknown("a computed value");
  }
}

Value Interpretation::call_symbol(const std::string& path, const Arguments& arguments, Node at) {
  static constexpr std::string_view op = "alembic.op.", builtins = "builtins.";
  if (path.starts_with(op)) return call_directive(path.substr(op.size()), arguments, at, nullptr);
  if (path.starts_with(builtins)) return call_builtin_name(path.substr(builtins.size()), arguments, at);
  if (path == "alembic.context.is_offline_mode") return Value::of(false);
  if (path == "importlib.import_module" && arguments.positional.size() == 1 && arguments.positional[0].is(Kind::text))
    return import_by_name(arguments.positional[0].text, at);
  switch (effect_of_call(path)) {
    case CallEffect::host: {
      Statement statement;
      statement.kind = StatementKind::access_host;
      statement.what = path + "()";
      emit({statement}, at);
      return Value::unknown("the result of " + path + "()");
    }
    case CallEffect::session:
      cannot_judge(at, path + "() opens a way to the database whose writes are not in this file");
      return Value::unknown("a session of its own");
    case CallEffect::unknown:
      if (is_data_type(path, arguments)) return made(path, arguments);
      cannot_judge(at, "it calls " + path + "(), which is not in this file");
      return Value::foreign("the result of " + path + "()");
    case CallEffect::pure:
      break;
  }
  const bool inspects = path.starts_with("sqlalchemy.inspect") || path.find("Inspector") != std::string::npos ||
                        path.starts_with("dialect.");
  if (inspects) return Value::unknown("what the database holds");
  if (!path.starts_with("sqlalchemy") && gives_access(arguments)) {
    cannot_judge(at, "the connection is handed to " + path + "()");
    return Value::foreign("the result of " + path + "()");
  }
  call_back(arguments, at);
  if (path == "os.getenv") return Value::unknown("the environment");
  if (path.starts_with("alembic.context")) return Value::unknown("the command line or the configuration");
  if (!path.starts_with("sqlalchemy")) return result_of(path, arguments);
  if (arguments.open) return Value::unknown("arguments that are not written out");
  return made(path, arguments);
}

/// Somebody's own one, which is made where the models are imported, too: a class among the arguments of a column.
bool Interpretation::is_data_type(std::string_view path, const Arguments& arguments) const {
  const bool is_class = path.starts_with(class_of_project) || names_a_class(path);
  return within_column_ > 0 && is_class && !gives_access(arguments) && !arguments.open;
}

Value Interpretation::call_builtin_name(const std::string& name, const Arguments& arguments, Node at) {
  if (name == "open") {
    Statement statement;
    statement.kind = StatementKind::access_host;
    statement.what = "open()";
    emit({statement}, at);
    return Value::unknown("a file");
  }
  const std::vector<Value>& given = arguments.positional;
  if (name == "getattr" && given.size() >= 2)
    return given[1].is(Kind::text) ? attribute(given[0], given[1].text)
                                   : Value::foreign("an attribute that depends on " + why_unknown(given[1]));
  if (std::ranges::find(dark_builtins, name) != dark_builtins.end()) {
    cannot_judge(at, name + "() runs or changes what is not written here");
    return Value::unknown(name + "()");
  }
  if (name == "map" && given.size() == 2)
    if (const auto items = items_of(given[1])) return map_over(given[0], *items, at);
  call_back(arguments, at);
  if (const auto value = call_builtin(name, arguments))
    return value->is(Kind::unknown) && result_of(name, arguments).is(Kind::foreign) ? result_of(name, arguments)
                                                                                    : *value;
  if (std::ranges::all_of(given, [](const Value& value) { return !gives_access(value); }) && name.ends_with("Error"))
    return Value::unknown("an error");
  cannot_judge(at, "it calls " + name + "(), which is not in this file");
  return Value::foreign("the result of " + name + "()");
}

/// Whoever takes nothing of it has it run nothing; nobody writes that.
Value Interpretation::map_over(const Value& function, const std::vector<Value>& items, Node at) {
  std::vector<Value> results;
  for (const Value& item : items) {
    results.push_back(call(function, Arguments{.positional = {item}}, at));
    if (!may_go_on(at)) break;
  }
  return bounded(list_of(std::move(results)));
}

/// Functions handed to filter() and the like run there.
void Interpretation::call_back(const Arguments& arguments, Node at) {
  const auto call_one = [&](const Value& argument) {
    const bool callable =
        argument.is(Kind::function) || (argument.is(Kind::symbol) && argument.text.starts_with("alembic.op."));
    if (callable && perhaps([&] { call(argument, Arguments{.open = true}, at); }))
      cannot_judge(at, "a function is handed over and called elsewhere");
  };
  for (const Value& argument : arguments.positional) call_one(argument);
  for (const auto& named : arguments.named) call_one(named.second);
}

/// Names of a function's parameters with what the call gives them.
Scope Interpretation::parameters_of(const Value& function, const Arguments& arguments) {
  Scope scope;
  const Node parameters = function.node.child("args");
  auto in_order = parameters.children("posonlyargs");
  for (const Node parameter : parameters.children("args")) in_order.push_back(parameter);
  const std::vector<Value>&defaults = function.items, &named_defaults = function.values;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const std::string name(in_order[i].word("arg"));
    const std::size_t from_end = in_order.size() - i;
    scope[name] = Value::unknown("the argument " + name);
    if (from_end <= defaults.size()) scope[name] = defaults[defaults.size() - from_end];
    if (i < arguments.positional.size()) scope[name] = bounded(arguments.positional[i]);
    if (arguments.open) scope[name] = Value::unknown("the argument " + name);
  }
  const auto only_named = parameters.children("kwonlyargs");
  for (std::size_t i = 0; i < only_named.size(); ++i) {
    const bool falls_back = i < named_defaults.size() && !arguments.open;
    scope[std::string(only_named[i].word("arg"))] = falls_back ? named_defaults[i] : Value::unknown("an argument");
  }
  Value rest = list_of({}), rest_named{.kind = Kind::dict};
  for (std::size_t i = in_order.size(); i < arguments.positional.size(); ++i)
    rest.items.push_back(arguments.positional[i]);
  for (const auto& [name, value] : arguments.named) {
    const bool is_parameter = scope.contains(name);
    if (is_parameter) scope[name] = value;
    if (is_parameter) continue;
    rest_named.items.push_back(Value::of(name));
    rest_named.values.push_back(value);
  }
  const auto take_rest = [&](const char* field, Value all) {
    const Node parameter = parameters.child(field);
    if (parameter)
      scope[std::string(parameter.word("arg"))] = arguments.open ? Value::unknown("arguments") : bounded(all);
  };
  take_rest("vararg", std::move(rest));
  take_rest("kwarg", std::move(rest_named));
  return scope;
}

Value Interpretation::call_function(const Value& function, const Arguments& arguments, Node at) {
  if (depth_ >= deepest_call) {
    cannot_judge(at, "the calls are nested too deep to follow");
    return Value::unknown("a recursion");
  }
  frames_.push_back({.module = function.module, .locals = parameters_of(function, arguments)});
  ++depth_;
  const int around = std::exchange(within_column_, 0);
  if (function.node.is("Lambda"))
    frames_.back().returned = evaluate(function.node.child("body"));
  else
    walk(function.node.children("body"));
  --depth_;
  within_column_ = around;
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  return frame.may_have_left ? Value::unknown(frame.why_left) : frame.returned;
}

Value Interpretation::call_directive(const std::string& name, const Arguments& arguments, Node at, const Value* batch) {
  const auto argument = [&](std::size_t index, std::string_view keyword) {
    for (const auto& [key, value] : arguments.named)
      if (key == keyword) return value;
    return index < arguments.positional.size() ? arguments.positional[index] : Value::none();
  };
  if (name == "execute") return execute(argument(0, "sqltext"), Parameters::named, at), Value::none();
  if (name == "get_bind") return {.kind = Kind::connection};
  if (name == "get_context") return {.kind = Kind::context};
  if (name == "f" || name == "inline_literal") return argument(0, "name");
  if (name == "batch_alter_table")
    return {.kind = Kind::batch, .items = {argument(0, "table_name"), argument(1, "schema"), argument(2, "recreate")}};
  if (auto statements = statements_of_directive(name, arguments, batch)) {
    emit(std::move(*statements), at);
    return Value::unknown("a table that the migration makes");
  }
  cannot_judge(at, "op." + name + "() is no directive of Alembic's own");
  return Value::foreign("the result of op." + name + "()");
}

Value Interpretation::call_method(const Value& method, const Arguments& arguments, Node at) {
  const Value& object = method.items[0];
  switch (object.kind) {
    case Kind::batch:
      return call_directive(method.text, arguments, at, &object);
    case Kind::connection:
      return connection_method(method.text, arguments, at);
    case Kind::context:
      return context_method(method.text, arguments, at);
    case Kind::made:
    case Kind::method:
      return made_method(object, method.text, arguments, at);
    case Kind::text:
    case Kind::list:
    case Kind::dict:
      return call_method_of_literal(object, method.text, arguments);
    default:
      return Value::unknown(why_unknown(object));
  }
}

}  // namespace orchestrate
