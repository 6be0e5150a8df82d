#include <algorithm>
#include <array>
#include <cctype>

#include "review/interpretation.hpp"
#include "review/sql.hpp"
#include "review/sql_tree.hpp"

namespace orchestrate {

using Kind = Value::Kind;

namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// `:name` as text() sees it, not `::type` and not `\:`; the parser knows parameters as $1.
std::string without_named_parameters(std::string_view sql) {
  std::string text;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char before = i > 0 ? sql[i - 1] : ' ';
    const char after = i + 1 < sql.size() ? sql[i + 1] : ' ';
    if (sql[i] == '\\' && after == ':') continue;
    if (sql[i] != ':' || before == ':' || before == '\\' || is_word(before) || !is_word(after)) {
      text += sql[i];
      continue;
    }
    std::size_t end = i + 1;
    while (end < sql.size() && is_word(sql[end])) ++end;
    const bool cast_follows = end < sql.size() && sql[end] == ':' && (end + 1 >= sql.size() || sql[end + 1] != ':');
    text += cast_follows ? std::string(sql.substr(i, end - i)) : "$1";
    i = end - 1;
  }
  return text;
}

/// `%s`, `%(name)s` and `%%` as psycopg sees them.
std::string without_driver_parameters(std::string_view sql) {
  std::string text;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char after = i + 1 < sql.size() ? sql[i + 1] : ' ';
    if (sql[i] != '%' || (after != 's' && after != '%' && after != '(')) {
      text += sql[i];
    } else if (after == '(') {
      const auto end = sql.find(")s", i);
      text += end == std::string_view::npos ? "%(" : "$1";
      i = end == std::string_view::npos ? i + 1 : end + 1;
    } else {
      text += after == '%' ? "%" : "$1";
      ++i;
    }
  }
  return text;
}

/// The objects of a chain `a.b().c()`, the last call first.
std::vector<const Value*> chain_of(const Value& value) {
  std::vector<const Value*> chain;
  for (const Value* link = &value; link->is(Kind::made); link = &link->items[0]) {
    chain.push_back(link);
    if (!link->text.starts_with('.') || link->items.empty()) break;
  }
  return chain;
}

bool chain_has(const std::vector<const Value*>& chain, std::string_view method) {
  return std::ranges::any_of(chain, [&](const Value* link) { return link->text == method; });
}

/// The table of `sa.table("t", schema="s")` or `sa.Table(...)`.
std::optional<Statement> about_table(StatementKind kind, const Value& table) {
  const std::string_view made = table.is(Kind::made) ? last_part(table.text) : std::string_view();
  if ((made != "table" && made != "Table") || table.items.empty() || !table.items[0].is(Kind::text))
    return std::nullopt;
  Statement statement;
  statement.kind = kind;
  statement.table.name = table.items[0].text;
  if (kind == StatementKind::create_table) statement.hidden_reference = "it is made from a sa.Table";
  if (const Value* schema = table.argument("schema"); schema && schema->is(Kind::text)) {
    statement.table.schema = schema->text;
    statement.qualified = true;
  }
  return statement;
}

struct Verb {
  std::string_view name;
  StatementKind kind;
};
constexpr auto verbs = std::to_array<Verb>({{"update", StatementKind::update_rows},
                                            {"delete", StatementKind::delete_rows},
                                            {"insert", StatementKind::insert_rows},
                                            {"DropTable", StatementKind::drop_table},
                                            {"CreateTable", StatementKind::create_table}});

/// `.where(sa.true())` and `.where()` let every row through.
bool restricts(const Value* link) {
  static constexpr std::array<std::string_view, 3> conditions = {".where", ".filter", ".filter_by"};
  if (std::ranges::find(conditions, link->text) == conditions.end()) return false;
  const auto says_something = [](const Value& condition) {
    const bool is_true = condition.is(Kind::boolean) || last_part(condition.text) == "true";
    return !is_true;
  };
  const bool positional = std::ranges::any_of(std::next(link->items.begin()), link->items.end(), says_something);
  return positional || !link->named.empty();
}

/// `sa.update(t).where(...)`, `t.delete()`, `DropTable(t)`.
Statement change_of(const std::vector<const Value*>& chain) {
  for (const Value* link : chain) {
    const auto* verb = std::ranges::find(verbs, last_part(link->text), &Verb::name);
    if (verb == verbs.end() || link->items.empty()) continue;
    auto statement = about_table(verb->kind, link->items[0]);
    if (!statement) return opaque("it changes a table whose name is not written here");
    statement->has_where = std::ranges::any_of(chain, restricts);
    for (const Value* step : chain)
      if (step->text == ".values")
        for (const auto& [column, value] : step->named) note_written(*statement, column, value);
    return *statement;
  }
  return opaque("it executes something that is neither SQL text nor a known expression");
}

Statement of_schema(StatementKind kind, const Value& made) {
  if (made.items.empty() || !made.items[0].is(Kind::text)) return opaque("a schema whose name is not written here");
  Statement statement;
  statement.kind = kind;
  statement.table = {made.items[0].text, made.items[0].text};
  statement.qualified = true;
  const Value* cascade = made.argument("cascade");
  statement.cascade = cascade && truth(*cascade) != false;
  return statement;
}

}  // namespace

void Interpretation::execute(const Value& what, Parameters parameters, Node at) {
  if (what.is(Kind::text)) return execute_sql(what, parameters, at);
  if (!what.is(Kind::made)) return execute_one_of(what, parameters, at);
  const auto chain = chain_of(what);
  const Value& first = *chain.back();
  const std::string_view name = last_part(first.text);
  if (name == "text" || name == "DDL") {
    const Value sql = first.items.empty() ? Value::unknown("nothing") : first.items[0];
    if (!sql.is(Kind::text)) return execute_one_of(sql, Parameters::named, at);
    return execute_sql(sql, Parameters::named, at);
  }
  if (name == "CreateSchema") return emit({of_schema(StatementKind::create_schema, first)}, at);
  if (name == "DropSchema") return emit({of_schema(StatementKind::drop_schema, first)}, at);
  if (name == "select" || chain_has(chain, ".select")) {
    if (changes_within(what, at)) return;
    Statement read;
    read.kind = StatementKind::read;
    return emit({read}, at);
  }
  emit({change_of(chain)}, at);
}

/// Of what nobody knows whether it is that: each thing that it may be, named beside the doubt.
void Interpretation::execute_one_of(const Value& what, Parameters parameters, Node at) {
  ++guesses_;
  perhaps([&] {
    for (const Value& choice : what.choices) execute(choice, parameters, at);
  });
  --guesses_;
  cannot_judge(at, "the SQL depends on " + why_unknown(what));
}

/// A SELECT may call a function, or change rows in its WITH.
bool Interpretation::changes_within(const Value& what, Node at) {
  static constexpr std::array<std::string_view, 3> changing = {"update", "delete", "insert"};
  bool found = false;
  if (what.is(Kind::made)) {
    const std::string_view name = last_part(what.text);
    const bool changes = std::ranges::find(changing, name) != changing.end() && !what.items.empty() &&
                         about_table(StatementKind::update_rows, what.items[0]);
    const bool calls = what.text.find(".func.") != std::string::npos && !sql_tree::only_computes(name);
    if (changes) emit({change_of(chain_of(what))}, at);
    if (calls) cannot_judge(at, "it calls " + std::string(name) + "(), whose effect is not written here");
    found = changes || calls;
  }
  for (const auto* parts : {&what.items, &what.values})
    for (const Value& part : *parts) found |= changes_within(part, at);
  for (const auto& [name, part] : what.named) found |= changes_within(part, at);
  return found;
}

void Interpretation::execute_sql(const Value& text, Parameters parameters, Node at) {
  const std::string sql =
      parameters == Parameters::named ? without_named_parameters(text.text) : without_driver_parameters(text.text);
  steps_ += sql.size() / limits::bytes_of_sql_in_step;
  auto statements = statements_of_sql(sql);
  if (guesses_ > 0)  // what of them cannot be read is told already
    std::erase_if(statements, [](const Statement& statement) { return statement.kind == StatementKind::opaque; });
  for (Statement& statement : statements) {
    statement.place.line = text.line > 0 ? text.line + statement.place.line : at.line();
    if (text.line > 0) {
      statement.place.file = modules_[text.module].file;
      statement.module = modules_[text.module].name;
    }
    if (statement.place.line != at.line()) statement.place.column = 1;
  }
  emit(std::move(statements), at);
}

Value Interpretation::connection_method(std::string_view name, const Arguments& arguments, Node at) {
  static constexpr auto executing =
      std::to_array<std::string_view>({"execute", "scalar", "scalars", "exec_driver_sql"});
  static constexpr auto harmless = std::to_array<std::string_view>(
      {"begin_nested", "in_transaction", "in_nested_transaction", "get_isolation_level", "close", "info", "closed"});
  if (std::ranges::find(executing, name) != executing.end()) {
    const Value what = arguments.positional.empty() ? Value::unknown("nothing") : arguments.positional[0];
    execute(what, name == "exec_driver_sql" ? Parameters::driver : Parameters::named, at);
    return Value::unknown("rows of a query");
  }
  if (std::ranges::find(harmless, name) != harmless.end()) return Value::unknown("the connection");
  if (name == "commit" || name == "rollback" || name == "begin" || name == "execution_options") {
    Statement statement;
    statement.kind = StatementKind::control_transaction;
    statement.what = std::string(name) + "()";
    emit({statement}, at);
    return {.kind = Kind::connection};
  }
  cannot_judge(at, "." + std::string(name) + "() of the connection cannot be followed");
  return Value::foreign("." + std::string(name) + "() of the connection");
}

Value Interpretation::context_method(std::string_view name, const Arguments& arguments, Node at) {
  if (name == "autocommit_block") return {.kind = Kind::made, .text = "autocommit_block"};
  if (name == "begin_transaction") return Value::unknown("the transaction");
  if (name == "execute") {
    execute(arguments.positional.empty() ? Value::unknown("nothing") : arguments.positional[0], Parameters::named, at);
    return Value::none();
  }
  static constexpr auto reading =
      std::to_array<std::string_view>({"get_current_revision", "get_current_heads", "is_transactional_ddl"});
  if (std::ranges::find(reading, name) != reading.end()) return Value::unknown("what the database holds");
  cannot_judge(at, "." + std::string(name) + "() of the migration context cannot be followed");
  return Value::foreign("the migration context");
}

Value Interpretation::made_method(const Value& object, std::string_view name, const Arguments& arguments, Node at) {
  const std::string_view made = object.is(Kind::made) ? last_part(object.text) : std::string_view();
  const bool type = made == "ENUM" || made == "Enum" || made == "DOMAIN";
  if ((name == "create" || name == "drop") && (type || made == "Sequence" || made == "Index")) {
    Statement statement;
    statement.kind = name == "drop" ? StatementKind::drop_object : StatementKind::create_object;
    statement.object = type ? ObjectKind::type : made == "Sequence" ? ObjectKind::sequence : ObjectKind::index;
    const Value* given = type ? object.argument("name") : object.items.empty() ? nullptr : &object.items[0];
    if (given && given->is(Kind::text)) statement.table.name = given->text;
    if (const Value* schema = object.argument("schema"); schema && schema->is(Kind::text)) {
      statement.table.schema = schema->text;
      statement.qualified = true;
    }
    emit({statement}, at);
    return Value::none();
  }
  if ((name == "create" || name == "drop") && made == "Table") {
    auto statement = about_table(name == "drop" ? StatementKind::drop_table : StatementKind::create_table, object);
    emit({statement ? *statement : opaque("a table whose name is not written here")}, at);
    return Value::none();
  }
  static constexpr auto acting = std::to_array<std::string_view>({"create_all", "drop_all", "execute", "reflect"});
  if (std::ranges::find(acting, name) != acting.end()) {
    cannot_judge(at, "." + std::string(name) + "() does what is not written here");
    return Value::none();
  }
  Value result{.kind = Kind::made, .text = "." + std::string(name), .items = {object}, .named = arguments.named};
  result.items.insert(result.items.end(), arguments.positional.begin(), arguments.positional.end());
  return result;
}

}  // namespace orchestrate
