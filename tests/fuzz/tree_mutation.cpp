#include "tree_mutation.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include "orchestrate/error.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);

namespace orchestrate::fuzz {
namespace {

constexpr auto numbers = std::to_array<std::string_view>({"line", "column", "end", "level", "conversion", "simple"});

/// What the interpreter and the rules know by name, besides what seeds bring.
constexpr auto words = std::to_array<std::string_view>({"upgrade",
                                                        "downgrade",
                                                        "op",
                                                        "sa",
                                                        "alembic",
                                                        "sqlalchemy",
                                                        "context",
                                                        "batch_op",
                                                        "execute",
                                                        "get_bind",
                                                        "get_context",
                                                        "autocommit_block",
                                                        "batch_alter_table",
                                                        "create_table",
                                                        "drop_table",
                                                        "add_column",
                                                        "drop_column",
                                                        "alter_column",
                                                        "rename_table",
                                                        "create_index",
                                                        "drop_index",
                                                        "create_foreign_key",
                                                        "create_check_constraint",
                                                        "create_unique_constraint",
                                                        "create_primary_key",
                                                        "drop_constraint",
                                                        "bulk_insert",
                                                        "Table",
                                                        "Column",
                                                        "Enum",
                                                        "ForeignKey",
                                                        "ForeignKeyConstraint",
                                                        "CheckConstraint",
                                                        "UniqueConstraint",
                                                        "PrimaryKeyConstraint",
                                                        "Index",
                                                        "String",
                                                        "Numeric",
                                                        "text",
                                                        "table",
                                                        "update",
                                                        "delete",
                                                        "insert",
                                                        "where",
                                                        "values",
                                                        "create",
                                                        "drop",
                                                        "func",
                                                        "now",
                                                        "dialect",
                                                        "name",
                                                        "range",
                                                        "list",
                                                        "dict",
                                                        "zip",
                                                        "enumerate",
                                                        "sorted",
                                                        "reversed",
                                                        "len",
                                                        "str",
                                                        "map",
                                                        "getattr",
                                                        "format",
                                                        "join",
                                                        "replace",
                                                        "strip",
                                                        "upper",
                                                        "append",
                                                        "items",
                                                        "suppress",
                                                        "schema",
                                                        "nullable",
                                                        "type_",
                                                        "existing_type",
                                                        "server_default",
                                                        "postgresql_concurrently",
                                                        "postgresql_using",
                                                        "%s %(a)s %d",
                                                        "{} {0}",
                                                        "DROP TABLE cfg.t",
                                                        "UPDATE t SET a = 1",
                                                        "ALTER TABLE t ALTER a TYPE int",
                                                        "SET lock_timeout = '1s'",
                                                        "COMMIT"});

constexpr auto node_types = std::to_array<std::string_view>({"Constant",    "Name",
                                                             "Attribute",   "Call",
                                                             "List",        "Tuple",
                                                             "Dict",        "BinOp",
                                                             "UnaryOp",     "BoolOp",
                                                             "Compare",     "Subscript",
                                                             "Starred",     "IfExp",
                                                             "Lambda",      "ListComp",
                                                             "DictComp",    "GeneratorExp",
                                                             "JoinedStr",   "FormattedValue",
                                                             "NamedExpr",   "Slice",
                                                             "Await",       "Yield",
                                                             "Opaque",      "Expr",
                                                             "Assign",      "AugAssign",
                                                             "AnnAssign",   "If",
                                                             "For",         "While",
                                                             "With",        "Try",
                                                             "TryStar",     "Match",
                                                             "Return",      "Raise",
                                                             "Break",       "Assert",
                                                             "FunctionDef", "AsyncFunctionDef",
                                                             "ClassDef",    "Import",
                                                             "ImportFrom",  "Global",
                                                             "Add",         "Mod",
                                                             "Mult",        "USub",
                                                             "Not",         "And",
                                                             "Or",          "Eq",
                                                             "In",          "Is"});

constexpr auto integers =
    std::to_array<std::int64_t>({0, 1, 2, -1, -2, 9, 50, 1000, 9999, 1'000'000'000, 1LL << 31,
                                 std::numeric_limits<std::int64_t>::max(), -std::numeric_limits<std::int64_t>::max()});

/// Python's parser gives numbers at these, none below zero but `conversion`, and a `level` or `line` that a file can
/// have.
bool is_number(std::string_view field) {
  return std::ranges::find(numbers, field) != numbers.end();
}

bool is_well_formed(const Json& json) {
  if (json.is_array()) return std::ranges::all_of(json.as_array(), is_well_formed);
  if (!json.is_object()) return true;
  return std::ranges::all_of(json.as_object(), [](const auto& member) {
    const auto& [field, value] = member;
    const auto fits = [&] { return value.is_integer() && value.as_integer() >= -1 && value.as_integer() < 1'000'000; };
    return is_number(field) ? fits() : is_well_formed(value);
  });
}

/// Where in a tree something may be changed.
struct Places {
  std::vector<Json*> nodes, lists, leaves;
};

void find_places(Json& json, Places& places) {
  if (json.is_array()) {
    places.lists.push_back(&json);
    for (const Json& item : json.as_array()) find_places(const_cast<Json&>(item), places);
  } else if (json.is_object()) {
    if (json["node"].is_string()) places.nodes.push_back(&json);
    for (const auto& [field, value] : json.as_object())
      if (!is_number(field)) find_places(const_cast<Json&>(value), places);
  } else {
    places.leaves.push_back(&json);
  }
}

class Mutation {
 private:
  template <class Range>
  auto& any(Range& range) {
    return range[std::uniform_int_distribution<std::size_t>(0, range.size() - 1)(random_)];
  }

 public:
  Mutation(std::vector<Json>& trees, std::vector<Json>& others, unsigned int seed) : random_(seed) {
    for (Json& tree : trees) find_places(tree, own_);
    for (Json& tree : others) find_places(tree, foreign_);
  }

  void step() {
    static constexpr std::array steps = {&Mutation::replace_node, &Mutation::replace_node, &Mutation::wrap_node,
                                         &Mutation::retype_node,  &Mutation::change_list,  &Mutation::change_list,
                                         &Mutation::change_leaf,  &Mutation::change_leaf,  &Mutation::deepen};
    if (!own_.nodes.empty()) (this->*any(steps))();
  }

 private:
  bool one_in(unsigned int n) { return random_() % n == 0; }
  Json text(std::string_view word) { return std::string(word); }
  /// A copy of a node of either input.
  Json some_node() { return foreign_.nodes.empty() || one_in(3) ? *any(own_.nodes) : *any(foreign_.nodes); }

  void replace_node() { *any(own_.nodes) = some_node(); }

  void retype_node() { any(own_.nodes)->set("node", text(any(node_types))); }

  /// Puts a node into another one, in the fields where interpreters look for children.
  void wrap_node() {
    static constexpr auto single = std::to_array<std::string_view>(
        {"value", "func", "operand", "left", "right", "test", "iter", "target", "slice", "elt", "body", "op"});
    static constexpr auto several = std::to_array<std::string_view>(
        {"body", "orelse", "elts", "args", "keywords", "values", "keys", "targets", "generators", "items", "handlers",
         "names", "ops", "comparators", "cases", "finalbody", "decorator_list", "defaults"});
    Json& place = *any(own_.nodes);
    Json outer = some_node();
    if (one_in(2))
      outer.set(std::string(any(single)), place);
    else
      outer.set(std::string(any(several)), Json::array({place, some_node()}));
    place = std::move(outer);
  }

  void change_list() {
    if (own_.lists.empty()) return;
    Json& list = *any(own_.lists);
    Json::Array items = list.as_array();
    const std::size_t at = std::uniform_int_distribution<std::size_t>(0, items.size())(random_);
    const auto place = items.begin() + static_cast<std::ptrdiff_t>(at);
    if (items.empty() || one_in(3)) {
      items.insert(place, some_node());
    } else if (one_in(2) && place != items.end()) {
      items.erase(place);
    } else {
      items.insert(place, Json(any(items)));
    }
    list = std::move(items);
  }

  void change_leaf() {
    if (own_.leaves.empty()) return;
    Json& leaf = *any(own_.leaves);
    if (!leaf.is_string() || one_in(8)) {
      leaf = one_in(6) ? Json(one_in(2)) : one_in(6) ? Json() : one_in(3) ? text(any(words)) : Json(any(integers));
    } else if (one_in(2)) {
      leaf = text(any(words));
    } else {
      std::string bytes = leaf.as_string();
      const std::size_t size = bytes.size();
      bytes.resize(size + 32);
      bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
      leaf = std::move(bytes);
    }
  }

  /// A node inside copies of the one around it.
  void deepen() {
    Json& place = *any(own_.nodes);
    const Json once = place;
    const auto inside = std::ranges::find_if(once.as_object(), [](const auto& m) { return m.second.is_object(); });
    if (inside == once.as_object().end()) return;
    for (unsigned int levels = 1 + random_() % 8; levels > 0; --levels) {
      Json around = once;
      around.set(inside->first, std::move(place));
      place = std::move(around);
    }
  }

  std::mt19937 random_;
  Places own_, foreign_;
};

}  // namespace

std::vector<Json> trees_in(std::string_view lines) {
  std::vector<Json> trees;
  try {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      trees.push_back(parse_json(line));
      if (!trees.back().is_object() || !is_well_formed(trees.back())) return {};
      lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
  } catch (const Error&) {
    return {};
  }
  return trees;
}

std::string lines_of(const std::vector<Json>& trees) {
  std::string lines;
  for (const Json& tree : trees) lines += to_text(tree) + "\n";
  return lines;
}

std::size_t mutate(std::span<std::uint8_t> bytes, std::string_view other, std::size_t limit, unsigned int seed) {
  static const std::string smallest =
      R"({"node":"Module","body":[{"node":"FunctionDef","name":"upgrade","body":[{"node":"Pass"}]}]})"
      "\n";
  std::vector<Json> trees = trees_in({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (trees.empty()) trees = trees_in(smallest);
  std::vector<Json> others = trees_in(other);
  std::mt19937 random(seed);
  std::vector<Json> changed = trees;
  for (auto steps = 1 + random() % 4; steps > 0; --steps)
    Mutation(changed, others, static_cast<unsigned int>(random())).step();
  const bool fits =
      std::ranges::all_of(changed, [](const Json& tree) { return tree.is_object() && is_well_formed(tree); });
  std::string lines = fits ? lines_of(changed) : "";
  if (lines.empty() || lines.size() > limit) lines = lines_of(trees);
  if (lines.size() > limit) return 0;
  std::ranges::copy(lines, bytes.data());  // libFuzzer's buffer has room for `limit`
  return lines.size();
}

}  // namespace orchestrate::fuzz
