#include <algorithm>
#include <array>

#include "review/builtins.hpp"
#include "review/interpretation.hpp"

namespace orchestrate {

using Kind = Value::Kind;

namespace {

bool always_raises(const std::vector<Node>& body) {
  return !body.empty() && body.back().is("Raise");
}

/// Names whose values differ afterwards depend on the branch taken.
void merge(Scope& into, const Scope& other, const std::string& why) {
  const Value unbound = Value::unknown(why);
  for (auto& [name, value] : into) {
    const auto found = other.find(name);
    value = one_of(value, found == other.end() ? unbound : found->second, why);
  }
  for (const auto& [name, value] : other)
    if (!into.contains(name)) into[name] = one_of(unbound, value, why);
}

}  // namespace

Interpretation::Flow Interpretation::walk(const std::vector<Node>& body) {
  for (const Node statement : body) {
    if (!may_go_on(statement) || !may_nest(statement)) return Flow::out;
    const std::size_t before = effects_;
    const auto left = frames_.back().may_have_left;
    branches_ += left ? 1 : 0;
    ++nested_;
    const Flow flow = walk_one(statement);
    --nested_;
    branches_ -= left ? 1 : 0;
    if (left && effects_ > before)
      cannot_judge(*left, "what follows runs or not, which depends on " + frames_.back().why_left);
    if (flow == Flow::out) return flow;
  }
  return Flow::on;
}

Interpretation::Flow Interpretation::walk_one(Node statement) {
  struct Row {
    std::string_view type;
    Flow (Interpretation::*walk)(Node);
  };
  static constexpr auto flows = std::to_array<Row>({{"If", &Interpretation::walk_if},
                                                    {"For", &Interpretation::walk_for},
                                                    {"While", &Interpretation::walk_while},
                                                    {"With", &Interpretation::walk_with},
                                                    {"Try", &Interpretation::walk_try},
                                                    {"TryStar", &Interpretation::walk_try}});
  if (const auto* row = std::ranges::find(flows, statement.type(), &Row::type); row != flows.end())
    return (this->*row->walk)(statement);

  const std::string_view type = statement.type();
  if (type == "Expr") evaluate(statement.child("value"));
  if (type == "Assign" || type == "AnnAssign" || type == "AugAssign") walk_assignment(statement);
  if (type == "Import") walk_import(statement);
  if (type == "ImportFrom") walk_import_from(statement);
  if (type == "Match") walk_match(statement);
  if (type == "FunctionDef") {
    const bool decorated = !statement.children("decorator_list").empty();
    const std::string name(statement.word("name"));
    names()[name] = decorated ? Value::foreign("the decorated function " + name) : function_of(statement);
  }
  if (type == "AsyncFunctionDef") names()[std::string(statement.word("name"))] = Value::foreign("an async function");
  if (type == "ClassDef") walk_class(statement);
  if (type == "Global")
    for (const std::string& name : statement.words("names"))
      module().names[name] = Value::foreign("the global " + name + ", which a function sets");
  if (type == "Assert") evaluate(statement.child("test"));
  if (type == "Raise" && statement.child("exc")) evaluate(statement.child("exc"));
  if (type == "Return")
    frames_.back().returned = statement.child("value") ? evaluate(statement.child("value")) : Value::none();
  if (type == "AsyncFor" || type == "AsyncWith") cannot_judge(statement, "asynchronous code");
  return type == "Return" || type == "Raise" || type == "Break" || type == "Continue" ? Flow::out : Flow::on;
}

/// With the defaults of its parameters, which Python computes where the function is defined.
Value Interpretation::function_of(Node definition) {
  Value function{.kind = Kind::function, .module = frames_.back().module, .node = definition};
  const Node parameters = definition.child("args");
  for (const Node fallback : parameters.children("defaults")) function.items.push_back(evaluate(fallback));
  for (const Node fallback : parameters.children("kw_defaults"))
    function.values.push_back(fallback ? evaluate(fallback) : Value::unknown("an argument"));
  return function;
}

void Interpretation::walk_assignment(Node statement) {
  if (!statement.child("value")) return;  // a declaration
  Value value = evaluate(statement.child("value"));
  if (statement.is("AugAssign")) {
    const Value before = evaluate(statement.child("target"));
    value = binary(statement.child("op").type(), before, value);
  }
  if (statement.child("target")) bind(statement.child("target"), value);
  for (const Node target : statement.children("targets")) bind(target, value);
}

Interpretation::Flow Interpretation::walk_if(Node statement) {
  const Value test = evaluate(statement.child("test"));
  const auto known = truth(test);
  if (known) return walk(statement.children(*known ? "body" : "orelse"));
  return walk_unknown_if(statement, test);
}

Interpretation::Flow Interpretation::walk_unknown_if(Node statement, const Value& test) {
  const std::string why = why_unknown(test);
  const auto yes = statement.children("body"), no = statement.children("orelse");
  const Scope before = copy_of_names();
  Flow first = Flow::on, second = Flow::on;
  bool acts = perhaps([&] { first = walk(yes); });
  const Scope after_yes = copy_of_names();
  names() = before;
  acts |= perhaps([&] { second = walk(no); });
  if (first == Flow::on || !always_raises(yes)) merge(names(), after_yes, why);
  if (acts) cannot_judge(statement, "which branch runs depends on " + why);
  if (first == Flow::out && second == Flow::out) return Flow::out;
  // A branch that raises undoes everything; one that returns hides what follows.
  const bool may_leave = (first == Flow::out && !always_raises(yes)) || (second == Flow::out && !always_raises(no));
  if (may_leave && !frames_.back().may_have_left) {
    frames_.back().may_have_left = statement;
    frames_.back().why_left = why;
  }
  return Flow::on;
}

Interpretation::Flow Interpretation::walk_for(Node statement) {
  const Value over = evaluate(statement.child("iter"));
  const auto items = items_of(over);
  if (!items) {
    const bool acts = perhaps([&] {
      bind(statement.child("target"), part_of(over));
      walk(statement.children("body"));
    });
    if (acts) cannot_judge(statement, "the loop runs over " + why_unknown(over));
    return Flow::on;
  }
  for (const Value& item : *items) {
    bind(statement.child("target"), item);
    const auto body = statement.children("body");
    if (walk(body) == Flow::out && !body.empty() && body.back().is("Return")) return Flow::out;
    if (!may_go_on(statement)) return Flow::out;
  }
  return walk(statement.children("orelse"));
}

Interpretation::Flow Interpretation::walk_while(Node statement) {
  evaluate(statement.child("test"));
  const bool acts = perhaps([&] { walk(statement.children("body")); });
  if (acts) cannot_judge(statement, "a while loop: nobody can say how often it runs");
  return Flow::on;
}

Interpretation::Flow Interpretation::walk_with(Node statement) {
  int autocommits = 0;
  bool swallows = false;
  for (const Node item : statement.children("items")) {
    const Value entered = evaluate(item.child("context_expr"));
    if (entered.is(Kind::made) && entered.text == "autocommit_block") ++autocommits;
    if (entered.text.find("suppress") != std::string::npos) swallows = true;
    if (item.child("optional_vars")) bind(item.child("optional_vars"), entered);
  }
  autocommits_ += autocommits;
  const std::size_t before = effects_;
  const Flow flow = walk(statement.children("body"));
  autocommits_ -= autocommits;
  if (swallows && effects_ > before) cannot_judge(statement, "errors are ignored, so a part may be missing afterwards");
  return flow;
}

Interpretation::Flow Interpretation::walk_try(Node statement) {
  const std::size_t before = effects_;
  const Flow flow = walk(statement.children("body"));
  bool handled = false;
  const Scope tried = names();
  Scope after = tried;
  for (const Node handler : statement.children("handlers")) {
    const auto body = handler.children("body");
    names() = tried;
    perhaps([&] { walk(body); });
    handled |= !always_raises(body);
    if (!always_raises(body)) merge(after, names(), "whether an error is caught");
  }
  names() = std::move(after);
  walk(statement.children("orelse"));
  walk(statement.children("finalbody"));
  if (handled && effects_ > before) cannot_judge(statement, "errors are caught, so nobody can say which part runs");
  return handled ? Flow::on : flow;
}

void Interpretation::walk_match(Node statement) {
  const Value subject = evaluate(statement.child("subject"));
  const bool acts = perhaps([&] {
    for (const Node one : statement.children("cases")) walk(one.children("body"));
  });
  if (acts) cannot_judge(statement, "which case runs depends on " + why_unknown(subject));
}

}  // namespace orchestrate
