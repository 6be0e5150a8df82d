#include <pg_query.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "review/sql.hpp"
#include "review/sql_tree.hpp"

/// What the body of a DO block runs, where it is PL/pgSQL: many of them make a type or a column only where it lacks.
namespace orchestrate::sql_tree {
namespace {

using Kind = StatementKind;
using Statements = std::vector<Statement>;

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

/// The text of `'DROP TABLE t'`; nullopt: it is computed.
std::optional<std::string> text_of_literal(std::string_view expression) {
  if (expression.size() < 2 || expression.front() != '\'' || expression.back() != '\'') return std::nullopt;
  std::string text;
  expression = expression.substr(1, expression.size() - 2);
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '\'' && expression.substr(i, 2) != "''") return std::nullopt;
    if (expression[i] == '\'') ++i;
    text += expression[i];
  }
  return text;
}

class Program {
 public:
  void walk(const Json& node) {
    if (node.is_array())
      for (const Json& item : node.as_array()) walk(item);
    if (!node.is_object()) return;
    for (const auto& [name, member] : node.as_object()) {
      if (name.starts_with("PLpgSQL_stmt_"))
        statement(std::string_view(name).substr(13), member);
      else if (name == "PLpgSQL_expr")
        evaluate(member.text_or("query"));
      else
        walk(member);
    }
  }

  Statements all() && {
    if (found_.empty()) found_.push_back(command(Kind::read, "DO"));
    return std::move(found_);
  }

 private:
  /// Those that are followed have parts that are walked, and no effect of their own.
  void statement(std::string_view kind, const Json& body) {
    static constexpr auto followed =
        std::to_array<std::string_view>({"block", "if", "case", "loop", "while", "fori", "fors", "forc", "foreach_a",
                                         "dynfors", "return", "exit", "fetch", "close", "getdiag", "assert", "raise"});
    const int line = line_;
    line_ = std::max(0, static_cast<int>(body.integer_or("lineno", line_ + 1)) - 1);
    if (kind == "execsql") {
      run(query_of(body["sqlstmt"]));
    } else if (kind == "perform") {
      run(query_of(body["expr"]));
    } else if (kind == "dynexecute") {
      run_computed(query_of(body["query"]));
      walk(body["params"]);
    } else if (kind == "commit" || kind == "rollback") {
      add(command(Kind::control_transaction, kind == "commit" ? "COMMIT" : "ROLLBACK"));
    } else if (kind == "assign") {
      assign(query_of(body["expr"]));
    } else if (std::ranges::find(followed, kind) != followed.end()) {
      if (kind == "fors") run(query_of(body["query"]));
      if (kind == "dynfors") run_computed(query_of(body["query"]));
      for (const auto& [name, member] : body.as_object())
        if (name != "query") walk(member);
    } else {
      add(opaque("a DO block does what has no rule yet (" + std::string(kind) + ")"));
    }
    line_ = line;
  }

  static std::string query_of(const Json& part) { return part["PLpgSQL_expr"].text_or("query"); }

  void run(const std::string& sql) {
    for (Statement& one : statements_of_sql(sql))
      if (one.kind != Kind::read) add(std::move(one));
  }
  void run_computed(const std::string& expression) {
    if (const auto sql = text_of_literal(expression)) return run(*sql);
    add(opaque("a DO block runs SQL that it computes"));
  }
  /// `f() > 1`: what it calls may do anything.
  void evaluate(const std::string& expression) { run("SELECT " + expression); }
  /// `x := f()`, `x[2] = 1`
  void assign(const std::string& assignment) {
    const std::size_t sign = std::min(assignment.find('='), assignment.size());
    const bool calls = assignment.find('(') < sign;  // for a subscript
    if (calls || sign == assignment.size()) return add(opaque("a DO block assigns to what it computes"));
    evaluate(assignment.substr(sign + 1));
  }
  void add(Statement one) {
    one.place.line += line_;
    one.conditional = true;  // a branch, a RETURN before it or a handler around it: it may not run, or be undone
    one.block = 1;
    found_.push_back(std::move(one));
  }

  Statements found_;
  int line_ = 0;  ///< lines of the block before what runs
};

}  // namespace

std::vector<Statement> do_block(const Json& body) {
  std::string text, language = "plpgsql";
  for (const Json& argument : items(body["args"])) {
    const Json& option = argument["DefElem"];
    (option.text_or("defname") == "as" ? text : language) = option["arg"]["String"].text_or("sval");
  }
  if (language != "plpgsql") return {opaque("a DO block in " + language + " hides its statements from any reader")};
  PgQueryPlpgsqlParseResult result = pg_query_parse_plpgsql(("DO " + literal(text)).c_str());
  const Owned<PgQueryPlpgsqlParseResult> owner(
      &result, [](PgQueryPlpgsqlParseResult* one) { pg_query_free_plpgsql_parse_result(*one); });
  if (result.error)
    return {opaque(std::string("PL/pgSQL's parser does not understand the DO block: ") + result.error->message)};
  Program program;
  program.walk(parse_json(result.plpgsql_funcs));
  return std::move(program).all();
}

}  // namespace orchestrate::sql_tree
