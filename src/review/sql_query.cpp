#include <algorithm>
#include <array>

#include "review/sql_tree.hpp"

namespace orchestrate::sql_tree {
namespace {

// Functions of PostgreSQL 15 that only compute or read (pg_proc). Any other may have an effect that its name hides.
constexpr auto pure_functions = std::to_array<std::string_view>({"abs",
                                                                 "age",
                                                                 "any_value",
                                                                 "array_agg",
                                                                 "array_append",
                                                                 "array_cat",
                                                                 "array_length",
                                                                 "array_position",
                                                                 "array_remove",
                                                                 "array_replace",
                                                                 "array_to_json",
                                                                 "array_to_string",
                                                                 "avg",
                                                                 "bool_and",
                                                                 "bool_or",
                                                                 "btrim",
                                                                 "cardinality",
                                                                 "ceil",
                                                                 "ceiling",
                                                                 "char_length",
                                                                 "chr",
                                                                 "clock_timestamp",
                                                                 "col_description",
                                                                 "concat",
                                                                 "concat_ws",
                                                                 "convert_from",
                                                                 "convert_to",
                                                                 "count",
                                                                 "current_database",
                                                                 "current_schema",
                                                                 "current_setting",
                                                                 "currval",
                                                                 "date",
                                                                 "date_part",
                                                                 "date_trunc",
                                                                 "decode",
                                                                 "dense_rank",
                                                                 "digest",
                                                                 "encode",
                                                                 "every",
                                                                 "exists",
                                                                 "extract",
                                                                 "first_value",
                                                                 "floor",
                                                                 "format",
                                                                 "format_type",
                                                                 "gen_random_uuid",
                                                                 "generate_series",
                                                                 "greatest",
                                                                 "has_schema_privilege",
                                                                 "has_table_privilege",
                                                                 "initcap",
                                                                 "json_agg",
                                                                 "json_array_elements",
                                                                 "json_build_array",
                                                                 "json_build_object",
                                                                 "json_each",
                                                                 "json_extract_path_text",
                                                                 "json_object_agg",
                                                                 "json_typeof",
                                                                 "jsonb_agg",
                                                                 "jsonb_array_elements",
                                                                 "jsonb_array_elements_text",
                                                                 "jsonb_array_length",
                                                                 "jsonb_build_array",
                                                                 "jsonb_build_object",
                                                                 "jsonb_each",
                                                                 "jsonb_each_text",
                                                                 "jsonb_extract_path",
                                                                 "jsonb_extract_path_text",
                                                                 "jsonb_insert",
                                                                 "jsonb_object_agg",
                                                                 "jsonb_object_keys",
                                                                 "jsonb_set",
                                                                 "jsonb_strip_nulls",
                                                                 "jsonb_typeof",
                                                                 "justify_days",
                                                                 "lag",
                                                                 "last_value",
                                                                 "lastval",
                                                                 "lead",
                                                                 "least",
                                                                 "left",
                                                                 "length",
                                                                 "lower",
                                                                 "lpad",
                                                                 "ltrim",
                                                                 "make_date",
                                                                 "make_interval",
                                                                 "max",
                                                                 "md5",
                                                                 "min",
                                                                 "mod",
                                                                 "nextval",
                                                                 "now",
                                                                 "ntile",
                                                                 "nullif",
                                                                 "num_nonnulls",
                                                                 "num_nulls",
                                                                 "obj_description",
                                                                 "octet_length",
                                                                 "overlay",
                                                                 "percent_rank",
                                                                 "pg_get_constraintdef",
                                                                 "pg_get_expr",
                                                                 "pg_get_functiondef",
                                                                 "pg_get_indexdef",
                                                                 "pg_get_serial_sequence",
                                                                 "pg_get_viewdef",
                                                                 "pg_relation_size",
                                                                 "pg_table_is_visible",
                                                                 "pg_table_size",
                                                                 "pg_total_relation_size",
                                                                 "position",
                                                                 "power",
                                                                 "quote_ident",
                                                                 "quote_literal",
                                                                 "random",
                                                                 "rank",
                                                                 "regexp_match",
                                                                 "regexp_matches",
                                                                 "regexp_replace",
                                                                 "regexp_split_to_array",
                                                                 "regexp_split_to_table",
                                                                 "repeat",
                                                                 "replace",
                                                                 "reverse",
                                                                 "right",
                                                                 "round",
                                                                 "row_number",
                                                                 "row_to_json",
                                                                 "rpad",
                                                                 "rtrim",
                                                                 "sha256",
                                                                 "sign",
                                                                 "split_part",
                                                                 "sqrt",
                                                                 "starts_with",
                                                                 "statement_timestamp",
                                                                 "strftime",
                                                                 "string_agg",
                                                                 "string_to_array",
                                                                 "strpos",
                                                                 "substr",
                                                                 "substring",
                                                                 "sum",
                                                                 "text",
                                                                 "timezone",
                                                                 "to_char",
                                                                 "to_date",
                                                                 "to_hex",
                                                                 "to_json",
                                                                 "to_jsonb",
                                                                 "to_number",
                                                                 "to_regclass",
                                                                 "to_regtype",
                                                                 "to_timestamp",
                                                                 "to_tsquery",
                                                                 "to_tsvector",
                                                                 "transaction_timestamp",
                                                                 "translate",
                                                                 "trim",
                                                                 "trunc",
                                                                 "unnest",
                                                                 "upper",
                                                                 "uuid_generate_v4",
                                                                 "version",
                                                                 "width_bucket",
                                                                 "xmlagg"});

constexpr auto host_functions = std::to_array<std::string_view>(
    {"dblink", "dblink_connect", "dblink_exec", "lo_export", "lo_import", "pg_ls_dir", "pg_read_binary_file",
     "pg_read_file", "pg_read_server_files", "pg_stat_file", "pg_file_write", "pg_file_unlink", "pg_logdir_ls"});

template <class Names>
bool lists(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// WHERE that lets every row through: true, 1 = 1.
bool lets_all_through(const Json& where) {
  if (where.is_null()) return true;
  if (is_true(where["A_Const"]["boolval"]["boolval"])) return true;
  const Json& expression = where["A_Expr"];
  const auto operators = texts(expression["name"]);
  const auto value = [](const Json& side) -> const Json& {
    const Json& constant = side["A_Const"];
    return constant["ival"].is_null() ? constant["sval"] : constant["ival"];
  };
  const Json& left = value(expression["lexpr"]);
  return operators == std::vector<std::string>{"="} && !left.is_null() && left == value(expression["rexpr"]);
}

/// Collects changes and calls wherever they are nested, WITH queries included.
struct Walk {
  std::vector<Statement> found;

  void change(StatementKind kind, const Json& body) {
    Statement statement = about(kind, body["relation"]);
    statement.has_where = !lets_all_through(body["whereClause"]);
    look_at_values(statement, body);
    found.push_back(statement);
  }

  void call(const Json& body) {
    const auto parts = texts(body["funcname"]);
    if (parts.empty()) return;
    const bool builtin = parts.size() == 1 || parts.front() == "pg_catalog";
    const std::string& name = parts.back();
    if (lists(host_functions, name)) {
      Statement statement;
      statement.kind = StatementKind::access_host;
      statement.what = name + "()";
      found.push_back(statement);
    } else if (builtin && name == "setval") {
      found.push_back(setval(body["args"]));
    } else if (!builtin || !lists(pure_functions, name)) {
      found.push_back(opaque("it calls " + name + "(), whose effect is not written here"));
    }
  }

  void visit(const Json& node) {
    if (node.is_array())
      for (const Json& item : node.as_array()) visit(item);
    if (!node.is_object()) return;
    for (const auto& [name, body] : node.as_object()) {
      if (name == "DeleteStmt") change(StatementKind::delete_rows, body);
      if (name == "UpdateStmt") change(StatementKind::update_rows, body);
      if (name == "InsertStmt") change(StatementKind::insert_rows, body);
      if (name == "FuncCall") call(body);
      if (name == "intoClause") {
        found.push_back(about(StatementKind::create_table, body["rel"]));
        found.back().copies_rows = found.back().hides_columns = true;
      }
      visit(body);
    }
  }
};

}  // namespace

bool only_computes(std::string_view function) {
  return lists(pure_functions, function);
}

bool differs_by_row(std::string_view function) {
  // Of those that only compute, the ones that PostgreSQL calls volatile.
  static constexpr auto differing = std::to_array<std::string_view>(
      {"nextval", "random", "random_normal", "clock_timestamp", "timeofday", "gen_random_uuid", "uuidv4", "uuidv7",
       "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "gen_random_bytes", "gen_salt"});
  return lists(differing, function) || !lists(pure_functions, function);
}

std::vector<Statement> query(const Json& node) {
  Walk walk;
  walk.visit(node);
  if (walk.found.empty()) {
    Statement read;
    read.kind = StatementKind::read;
    walk.found.push_back(read);
  }
  return std::move(walk.found);
}

}  // namespace orchestrate::sql_tree
