#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "review/directives.hpp"
#include "review/limits.hpp"
#include "review/node.hpp"
#include "review/project_modules.hpp"
#include "review/statement.hpp"
#include "review/value.hpp"

namespace orchestrate {

/// How the value of a class of the project begins its text.
inline constexpr std::string_view class_of_project = "the class ";

using Scope = std::map<std::string, Value, std::less<>>;

/// A walk through a version file, with known values where the text gives them, and through what it uses of the
/// project's modules. PostgreSQL is the dialect and the database is there, because that is how we run migrations.
class Interpretation {
 public:
  /// Walks the file's own statements, as every import does, even for `alembic heads`.
  Interpretation(Node tree, std::string file, ProjectModules& project);

  /// What happens at import.
  const std::vector<Statement>& at_import() const { return at_import_; }
  /// Walks a function of the module; nothing when there is none.
  std::vector<Statement> run(std::string_view function, Direction direction);
  const UsedModules& used() const { return used_; }

 private:
  /// Where control goes behind a statement.
  enum class Flow { on, out };
  /// What has been imported, or the version file itself.
  struct Module {
    std::string name, package, file;  ///< the first two empty for the version file, which Alembic loads by its path
    Scope names;
  };
  struct Frame {
    std::size_t module = 0;
    std::optional<Scope> locals;  ///< none: the module's own statements
    Value returned = Value::none();
    std::optional<Node> may_have_left;  ///< an earlier branch that may have returned
    std::string why_left;
  };

  // interpretation.cpp: bookkeeping
  void emit(std::vector<Statement> statements, Node at);
  void cannot_judge(Node at, std::string why);
  Value* lookup(std::string_view name);
  Value& owner_of(std::string_view name);
  void bind(Node target, const Value& value);
  void bind_within(Node target, const Value& value);
  Module& module() { return modules_[frames_.back().module]; }
  Scope& names() { return frames_.back().locals ? *frames_.back().locals : module().names; }
  void start();
  /// Whether there are still steps to be taken; where there are none, that is told once.
  bool may_go_on(Node at);
  bool may_nest(Node at);
  void give_up(Node at, std::string why);
  /// Copying counts as steps.
  void count_copy(const Value& value) { steps_ += weight_of(value) / limits::bytes_of_step; }
  Scope copy_of_names();
  static Arguments given_by_env_py(const Value& function);

  // interpretation_modules.cpp: what is imported
  void walk_import(Node statement);
  void walk_import_from(Node statement);
  void import_all(const std::string& path);
  std::string imported_from(Node statement);
  std::optional<std::size_t> import(std::string_view name);
  Value import_by_name(const std::string& name, Node at);
  void walk_imported(const std::vector<Node>& body);
  Value resolve(Value value);
  Value* named_in_project(std::string_view path);
  Value* kept_in_project(const Value& symbol);

  // interpretation_flow.cpp: statements
  Flow walk(const std::vector<Node>& body);
  Flow walk_one(Node statement);
  Flow walk_if(Node statement);
  Flow walk_unknown_if(Node statement, const Value& test);
  Flow walk_for(Node statement);
  Flow walk_while(Node statement);
  Flow walk_with(Node statement);
  Flow walk_try(Node statement);
  Value function_of(Node definition);
  void walk_class(Node definition);
  void walk_assignment(Node statement);
  void walk_match(Node statement);
  /// Walks what may or may not happen; whether it had effects.
  template <class Body>
  bool perhaps(Body body);

  // interpretation_values.cpp: expressions
  Value evaluate(Node expression);
  Value evaluate_one(Node expression);
  Value evaluate_constant(Node expression);
  Value evaluate_formatted(Node expression);
  Value evaluate_list(Node expression);
  Value evaluate_dict(Node expression);
  Value evaluate_boolean(Node expression);
  Value evaluate_conditional(Node expression);
  Value evaluate_comparison(Node expression);
  Value evaluate_subscript(Node expression);
  Value evaluate_comprehension(Node expression);
  Value attribute(const Value& object, std::string_view name);

  // interpretation_calls.cpp: calls
  Value evaluate_call(Node expression);
  Arguments arguments_of(Node call);
  Value call(const Value& callee, const Arguments& arguments, Node at);
  bool is_data_type(std::string_view path, const Arguments& arguments) const;
  Value call_symbol(const std::string& path, const Arguments& arguments, Node at);
  Value call_directive(const std::string& name, const Arguments& arguments, Node at, const Value* batch);
  Value call_method(const Value& method, const Arguments& arguments, Node at);
  static Scope parameters_of(const Value& function, const Arguments& arguments);
  Value call_function(const Value& function, const Arguments& arguments, Node at);
  Value call_builtin_name(const std::string& name, const Arguments& arguments, Node at);
  Value map_over(const Value& function, const std::vector<Value>& items, Node at);
  void call_back(const Arguments& arguments, Node at);

  // interpretation_execute.cpp: what goes to the database
  Value connection_method(std::string_view name, const Arguments& arguments, Node at);
  Value context_method(std::string_view name, const Arguments& arguments, Node at);
  Value made_method(const Value& object, std::string_view name, const Arguments& arguments, Node at);
  enum class Parameters { named, driver };
  void execute(const Value& what, Parameters parameters, Node at);
  void execute_one_of(const Value& what, Parameters parameters, Node at);
  bool changes_within(const Value& what, Node at);
  void execute_sql(const Value& text, Parameters parameters, Node at);

  ProjectModules& project_;
  std::deque<Module> modules_;  // the version file first
  std::map<std::string, std::size_t, std::less<>> imported_;
  std::set<std::string, std::less<>> named_by_import_;  // `a` and `a.b` of `import a.b`
  Scope replaced_;                                      // names of libraries that are set: `sqlalchemy.GUID`
  UsedModules used_;
  std::vector<Statement> found_, at_import_;
  std::size_t effects_ = 0;                                   // of found_, those that do more than read
  std::set<std::tuple<std::string, int, std::string>> said_;  // file, line and reason of its opaque ones
  std::vector<Frame> frames_;                                 // the version file's first
  Direction direction_ = Direction::upgrade;
  int branches_ = 0;       // that may not run, around here
  int guesses_ = 0;        // at what SQL may be, around here
  int autocommits_ = 0;    // autocommit blocks around here
  int depth_ = 0;          // of calls
  int within_column_ = 0;  // arguments of a column's description around here
  int nested_ = 0;         // of expressions and blocks, through all calls
  std::size_t steps_ = 0;
  bool gave_up_ = false;
};

/// What importing a library or an application does besides: settings, engines, files. A migration rests on none of it.
inline bool is_of_no_concern(const Statement& statement) {
  return statement.kind == StatementKind::opaque || statement.kind == StatementKind::access_host ||
         statement.kind == StatementKind::read;
}

template <class Body>
bool Interpretation::perhaps(Body body) {
  const std::size_t before = effects_;
  ++branches_;
  body();
  --branches_;
  return effects_ > before;
}

}  // namespace orchestrate
