#include <algorithm>
#include <utility>

#include "review/builtins.hpp"
#include "review/interpretation.hpp"
#include "review/known_calls.hpp"

namespace orchestrate {

using Kind = Value::Kind;

namespace {

// Imports of imports go no deeper than calls do; each takes some of the stack.
constexpr int deepest_import = 20;

void add_names(Node target, std::vector<std::string>& names) {
  if (target.is("Name")) names.emplace_back(target.word("id"));
  for (const Node element : target.children("elts")) add_names(element, names);
  if (target.is("Starred") || target.is("Attribute") || target.is("Subscript")) add_names(target.child("value"), names);
}

/// Names that a statement sets, or whose values it may change: `x = ...`, `x.append(...)`, `def x`.
std::vector<std::string> names_set_by(Node statement) {
  std::vector<std::string> names;
  if (!statement.word("name").empty()) names.emplace_back(statement.word("name"));
  for (const char* field : {"target", "optional_vars"}) add_names(statement.child(field), names);
  for (const Node target : statement.children("targets")) add_names(target, names);
  if (statement.is("Expr")) add_names(statement.child("value").child("func"), names);
  if (statement.is("FunctionDef") || statement.is("AsyncFunctionDef") || statement.is("ClassDef")) return names;
  for (const char* field : {"items", "body", "orelse", "handlers", "finalbody", "cases"})
    for (const Node inner : statement.children(field))
      std::ranges::copy(names_set_by(inner), std::back_inserter(names));
  return names;
}

}  // namespace

void Interpretation::walk_import(Node statement) {
  for (const Node alias : statement.children("names")) {
    const std::string path(alias.word("name"));
    const std::string_view renamed = alias.word("asname");
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1))
      named_by_import_.insert(path.substr(0, dot));
    named_by_import_.insert(path);
    const std::string top = path.substr(0, path.find('.'));
    names()[renamed.empty() ? top : std::string(renamed)] = Value::symbol(renamed.empty() ? top : path);
  }
}

/// Without its dots where the importing module lies in a package.
std::string Interpretation::imported_from(Node statement) {
  const auto level = static_cast<std::size_t>(statement.number("level"));
  const std::string written(statement.word("module"));
  std::string package = module().package;
  for (std::size_t up = 1; up < level && !package.empty(); ++up)
    package.resize(package.find('.') == std::string::npos ? 0 : package.rfind('.'));
  if (level == 0 || package.empty()) return std::string(level, '.') + written;
  return written.empty() ? package : package + "." + written;
}

void Interpretation::walk_import_from(Node statement) {
  const std::string from = imported_from(statement);
  for (const Node alias : statement.children("names")) {
    const std::string name(alias.word("name"));
    const std::string_view renamed = alias.word("asname");
    if (name == "*") import_all(from);
    names()[renamed.empty() ? name : std::string(renamed)] = Value::symbol(from + "." + name);
  }
}

/// `from x import *`: what `__all__` names, else whatever does not begin with an underscore.
void Interpretation::import_all(const std::string& path) {
  const auto imported = import(path);
  if (!imported) return;
  const Scope& theirs = modules_[*imported].names;
  const auto listed = theirs.find("__all__");
  const auto items = listed == theirs.end() ? std::nullopt : items_of(listed->second);
  for (const auto& [name, value] : Scope(theirs)) {
    const bool named = items && std::ranges::find(*items, name, &Value::text) != items->end();
    if (items ? named : !name.starts_with('_') && name != "*") names()[name] = value;
  }
}

/// The module of that name, walked once; nullopt: its source is not at hand.
std::optional<std::size_t> Interpretation::import(std::string_view name) {
  if (const auto known = imported_.find(name); known != imported_.end()) return known->second;
  const auto source = project_.find(name);
  if (!source || depth_ >= deepest_import) return std::nullopt;
  used_.push_back(source);
  modules_.push_back({.name = source->name, .package = source->package, .file = source->file});
  const std::size_t index = modules_.size() - 1;
  imported_.emplace(name, index);
  const auto statements = Node(source->tree).children("body");
  std::vector<Statement> ours = std::exchange(found_, {});
  const int branches = std::exchange(branches_, 0), autocommits = std::exchange(autocommits_, 0);
  frames_.push_back({.module = index});
  ++depth_;
  walk_imported(statements);
  --depth_;
  frames_.pop_back();
  branches_ = branches;
  autocommits_ = autocommits;
  std::erase_if(found_, is_of_no_concern);
  at_import_.insert(at_import_.end(), found_.begin(), found_.end());
  found_ = std::move(ours);
  return index;
}

/// import_module(): unlike an import at the top of a file it may be there for what the module does when it is imported.
Value Interpretation::import_by_name(const std::string& name, Node at) {
  named_by_import_.insert(name);
  const bool is_elsewhere = !import(name) && !is_library(std::string_view(name).substr(0, name.find('.')));
  if (is_elsewhere) cannot_judge(at, "it imports " + name + ", which is not in this project");
  return Value::symbol(name);
}

/// What the module does to others is not told, so what it gets from that is nothing that may be called quietly.
void Interpretation::walk_imported(const std::vector<Node>& body) {
  for (const Node statement : body) {
    const std::size_t before = found_.size();
    const Flow flow = walk({statement});
    if (found_.size() > before)
      for (const std::string& name : names_set_by(statement))
        names()[name] = Value::foreign(name + ", which " + module().name + " computes when it is imported");
    if (flow == Flow::out) return;
  }
}

/// What a symbol stands for in a module of the project; what is of no such module is itself.
Value Interpretation::resolve(Value value) {
  constexpr int most_steps = 20;  // of one module importing from the next; in a circle there is no end
  for (int step = 0; step < most_steps && value.is(Kind::symbol); ++step) {
    if (named_by_import_.contains(value.text)) return value;
    const Value* named = named_in_project(value.text);
    if (!named) return value;
    value = *named;
  }
  return value;
}

Value* Interpretation::named_in_project(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const auto imported = dot == std::string_view::npos ? std::nullopt : import(path.substr(0, dot));
  if (!imported) return nullptr;
  Scope& theirs = modules_[*imported].names;
  const auto named = theirs.find(path.substr(dot + 1));
  return named == theirs.end() ? nullptr : &named->second;
}

/// The value that a symbol stands for at the end, in the module that keeps it; nullptr: it is no value of the project.
Value* Interpretation::kept_in_project(const Value& symbol) {
  constexpr int most_steps = 20;
  const Value* at = &symbol;
  for (int step = 0; step < most_steps && at->is(Kind::symbol); ++step) {
    Value* next = named_in_project(at->text);
    if (!next || !next->is(Kind::symbol)) return next;
    at = next;
  }
  return nullptr;
}

}  // namespace orchestrate
