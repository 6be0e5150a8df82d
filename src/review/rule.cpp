#include "review/rule.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace orchestrate {
namespace {

struct Spelling {
  std::string_view sqlalchemy, sql;
};
constexpr auto spellings = std::to_array<Spelling>({{"String", "varchar"},
                                                    {"Unicode", "varchar"},
                                                    {"AutoString", "varchar"},
                                                    {"Text", "text"},
                                                    {"UnicodeText", "text"},
                                                    {"SmallInteger", "smallint"},
                                                    {"Integer", "integer"},
                                                    {"BigInteger", "bigint"},
                                                    {"Numeric", "numeric"},
                                                    {"Float", "double precision"},
                                                    {"Double", "double precision"},
                                                    {"DateTime", "timestamp"},
                                                    {"DateTimeUTC", "timestamptz"},
                                                    {"Date", "date"},
                                                    {"Time", "time"},
                                                    {"Interval", "interval"},
                                                    {"Boolean", "boolean"},
                                                    {"LargeBinary", "bytea"},
                                                    {"Uuid", "uuid"},
                                                    {"UUID", "uuid"}});

/// `(10,2)` of `Numeric(precision=10, scale=2)`.
std::string sizes(std::string_view arguments) {
  std::string numbers;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!std::isdigit(static_cast<unsigned char>(arguments[i]))) continue;
    if (!numbers.empty()) numbers += ',';
    for (; i < arguments.size() && std::isdigit(static_cast<unsigned char>(arguments[i])); ++i) numbers += arguments[i];
  }
  return numbers.empty() ? "" : "(" + numbers + ")";
}

}  // namespace

std::string_view to_string(Needs needs) {
  static constexpr std::array<std::string_view, 4> names = {"nothing", "set", "database", "run"};
  return names[static_cast<std::size_t>(needs)];
}

std::string sql_type(std::string_view type) {
  const std::string_view name = type.substr(0, type.find('('));
  const std::string_view arguments = type.substr(name.size());
  const auto* found = std::ranges::find(spellings, name, &Spelling::sqlalchemy);
  if (name == "Uuid" && arguments.find("native_uuid=False") != std::string_view::npos) return "char(32)";
  if (found != spellings.end()) {
    const bool with_zone = found->sql == "timestamp" && arguments.find("timezone=True") != std::string_view::npos;
    return with_zone ? "timestamptz" : std::string(found->sql) + sizes(arguments);
  }
  const bool plain = !name.empty() && arguments.find('=') == std::string_view::npos;
  return plain ? std::string(type) : "TYPE";
}

std::string_view ReadRevision::text_in(std::string_view where) const {
  if (where == file) return source;
  for (const auto& module : modules)
    if (module->file == where) return module->text;
  return {};
}

std::string_view ReadRevision::text_of(const Statement& statement) const {
  const std::string_view text = text_in(statement.place.file);
  int next = 0;  // the first line of another one
  for (const Statement& other : statements)
    if (other.place.file == statement.place.file && other.place.line > statement.place.line &&
        (next == 0 || other.place.line < next))
      next = other.place.line;
  std::size_t begin = 0, line = 1;
  const auto to_line = [&](int wanted, std::size_t from) {
    std::size_t at = from;
    for (; static_cast<int>(line) < wanted && at < text.size(); ++line) {
      const std::size_t end = text.find('\n', at);
      at = end == std::string::npos ? text.size() : end + 1;
    }
    return at;
  };
  begin = to_line(statement.place.line, 0);
  const std::size_t end = next == 0 ? text.size() : to_line(next, begin);
  return text.substr(begin, end - begin);
}

RunOrder::RunOrder(std::span<const ReadRevision> revisions) {
  for (const ReadRevision& revision : revisions)
    for (const Statement& statement : revision.statements) {
      all_.push_back(&statement);
      about_[statement.table].push_back(&statement);
      of_kind_[statement.kind].push_back(&statement);
    }
}

namespace {

template <class Key, class Less>
RunOrder::Statements listed_under(const std::map<Key, std::vector<const Statement*>, Less>& lists, const Key& key) {
  const auto found = lists.find(key);
  return found == lists.end() ? RunOrder::Statements() : found->second;
}

}  // namespace

RunOrder::Statements RunOrder::about(const TableName& table) const {
  return listed_under(about_, table);
}
RunOrder::Statements RunOrder::of_kind(StatementKind kind) const {
  return listed_under(of_kind_, kind);
}
RunOrder::Statements RunOrder::of_transaction(std::size_t number) const {
  return std::ranges::equal_range(all_, number, {}, &Statement::transaction);  // they rise
}

std::string object_of(const Statement& s) {
  std::string text = s.qualified ? s.table.text() : s.table.name;
  if (s.kind == StatementKind::drop_schema || s.kind == StatementKind::create_schema) return s.table.schema;
  if (s.kind == StatementKind::rename_table || s.kind == StatementKind::drop_object) return text;
  if (text.empty() && s.name.empty()) return s.what.empty() ? std::string(to_string(s.object)) : s.what;
  if (text.empty()) return s.name;
  return s.name.empty() ? text : text + "." + s.name;
}

std::string schema_argument(const Statement& s) {
  return s.qualified ? ", schema=\"" + s.table.schema + "\"" : "";
}

}  // namespace orchestrate
