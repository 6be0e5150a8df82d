#include "review/interpretation.hpp"

#include "review/builtins.hpp"
#include "review/interpreter.hpp"

namespace orchestrate {

using Kind = Value::Kind;

Interpretation::Interpretation(Node tree, std::string file, ProjectModules& project) : project_(project) {
  modules_.push_back({.file = std::move(file)});
  frames_.emplace_back();
  walk(tree.children("body"));
  at_import_.insert(at_import_.begin(), found_.begin(), found_.end());
}

/// What env.py gives to upgrade() by run_migrations(op=op, ...) is not in this file; `op` is what it is called.
Arguments Interpretation::given_by_env_py(const Value& function) {
  Arguments given;
  const Node parameters = function.node.child("args");
  const auto in_order = parameters.children("args");
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const std::string name(in_order[i].word("arg"));
    const bool has_default = in_order.size() - i <= function.items.size();
    if (name == "op")
      given.named.emplace_back(name, Value::symbol("alembic.op"));
    else if (!has_default)
      given.named.emplace_back(name, Value::foreign("the argument " + name));
  }
  return given;
}

std::vector<Statement> Interpretation::run(std::string_view function, Direction direction) {
  direction_ = direction;
  start();
  const Value* entry = lookup(function);
  if (!entry) return {};
  const Value callee = *entry;
  if (callee.is(Kind::function))
    call(callee, given_by_env_py(callee), callee.node);
  else
    found_.push_back(opaque(std::string(function) + "() is not a plain function of this file"));
  return std::move(found_);
}

void Interpretation::start() {
  found_.clear();
  said_.clear();
  effects_ = steps_ = 0;
  branches_ = autocommits_ = depth_ = nested_ = within_column_ = 0;
  gave_up_ = false;
}

void Interpretation::emit(std::vector<Statement> statements, Node at) {
  for (Statement& statement : statements) {
    if (gave_up_) return;
    if (statement.place.line == 0) statement.place.line = at.line();
    if (statement.place.column == 0) statement.place.column = at.column();
    if (statement.place.file.empty()) {
      statement.place.file = module().file;
      statement.module = module().name;
    }
    statement.direction = direction_;
    statement.conditional |= branches_ > 0;
    statement.autocommit = autocommits_ > 0;
    if (statement.kind != StatementKind::read) ++effects_;
    found_.push_back(std::move(statement));
    if (found_.size() == limits::statements) give_up(at, "it does more than anybody could read");
  }
}

void Interpretation::cannot_judge(Node at, std::string why) {
  if (said_.emplace(module().file, at.line(), why).second) emit({opaque(std::move(why))}, at);
}

void Interpretation::give_up(Node at, std::string why) {
  if (gave_up_) return;
  steps_ = limits::steps;
  cannot_judge(at, std::move(why));
  gave_up_ = true;
}

bool Interpretation::may_go_on(Node at) {
  if (++steps_ <= limits::steps) return true;
  give_up(at, "the migration takes too many steps to follow");
  return false;
}

bool Interpretation::may_nest(Node at) {
  if (nested_ < limits::nesting) return true;
  cannot_judge(at, "it is nested too deep to follow");
  return false;
}

Scope Interpretation::copy_of_names() {
  for (const auto& [name, value] : names()) count_copy(value);
  return names();
}

Value* Interpretation::lookup(std::string_view name) {
  if (auto& locals = frames_.back().locals)
    if (const auto found = locals->find(name); found != locals->end()) return &found->second;
  const auto found = module().names.find(name);
  return found == module().names.end() ? nullptr : &found->second;
}

/// What a name stands for that is not set but changed: `x` of `x.y = ...`, wherever it is kept.
Value& Interpretation::owner_of(std::string_view name) {
  Value* known = lookup(name);
  if (!known) return names()[std::string(name)];
  Value* shared = kept_in_project(*known);
  return shared ? *shared : *known;
}

void Interpretation::bind(Node target, const Value& value) {
  if (target.is("Name")) {
    names()[std::string(target.word("id"))] = bounded(value);
  } else if (target.is("Tuple") || target.is("List")) {
    const auto targets = target.children("elts");
    const auto items = items_of(value);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const bool fits = items && items->size() == targets.size();
      bind(targets[i], fits ? (*items)[i] : part_of(value));
    }
  } else if (target.is("Starred")) {
    bind(target.child("value"), part_of(value));
  } else if (target.child("value").is("Name")) {
    bind_within(target, value);
  }
}

/// x.y = ..., x[y] = ...: x is no longer what was written.
void Interpretation::bind_within(Node target, const Value& value) {
  Value& owner = owner_of(target.child("value").word("id"));
  if (owner.is(Kind::symbol) && target.is("Attribute")) {  // sa.GUID = GUID: only this name of it is another one now
    const std::string path = owner.text + "." + std::string(target.word("attr"));
    Value* ours = named_in_project(path);
    const std::string why = path + ", which a branch sets";
    if (ours)
      *ours = branches_ > 0 ? Value::foreign(why) : value;
    else
      replaced_[path] = branches_ > 0 ? Value::unknown(why) : value;
  } else {
    const std::string why = "a value that is changed later";
    owner = may_act(owner) ? Value::foreign(why) : Value::unknown(why);
  }
}

namespace {

Script::Body body_of(const Json& tree, std::string_view function) {
  for (const Node statement : Node(tree).children("body")) {
    if (!statement.is("FunctionDef") || statement.word("name") != function) continue;
    auto body = statement.children("body");
    std::erase_if(body, [](Node n) {
      return n.is("Pass") || (n.is("Expr") && (n.child("value").is("Constant") || n.child("value").is("Opaque")));
    });
    if (body.empty() || (body.size() == 1 && body[0].is("Return"))) return Script::Body::empty;
    return body[0].is("Raise") ? Script::Body::refuses : Script::Body::written;
  }
  return Script::Body::missing;
}

}  // namespace

Script read_script(const Json& tree, const std::string& revision, const std::string& file, ProjectModules& project) {
  Script script;
  script.upgrade_body = body_of(tree, "upgrade");
  script.downgrade_body = body_of(tree, "downgrade");
  Interpretation interpretation{Node(tree), file, project};
  script.upgrade = interpretation.run("upgrade", Direction::upgrade);
  script.downgrade = interpretation.run("downgrade", Direction::downgrade);
  const auto& at_import = interpretation.at_import();
  for (auto* statements : {&script.upgrade, &script.downgrade}) {
    statements->insert(statements->begin(), at_import.begin(), at_import.end());
    for (Statement& statement : *statements) statement.revision = revision;
  }
  script.modules = interpretation.used();
  return script;
}

}  // namespace orchestrate
