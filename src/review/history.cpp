#include "review/history.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "review/known_schema.hpp"
#include "review/text_of_file.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

/// What builds a name from pieces, in Python or in SQL, or changes tables without naming them.
constexpr auto unnamed = std::to_array<std::string_view>(
    {"f\"",     "f'",      "F\"",     "F'",      "%",     "{",     "+",           "join",    "format",
     "replace", "lower",   "upper",   "getattr", "exec(", "eval(", "import_",     "globals", "reflect",
     "\\",      "SELECT",  "select",  "Select",  "DO ",   "do $",  "EXECUTE",     "CALL",    "call ",
     "SCHEMA",  "Schema(", "CASCADE", "cascade", "OWNED", "owned", "search_path", "INHERIT", "inherit"});
constexpr auto libraries = std::to_array<std::string_view>(
    {"alembic", "sqlalchemy", "typing", "collections", "__future__", "datetime", "uuid", "enum"});

bool holds(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// Whether a line imports anything but libraries that change nothing themselves.
bool imports_code(std::string_view source) {
  for (std::size_t at = 0; at < source.size();) {
    const std::size_t end = std::min(source.find('\n', at), source.size());
    std::string_view line = source.substr(at, end - at);
    at = end + 1;
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const bool is_plain = line.starts_with("import ");
    const std::string_view keyword = is_plain ? "import " : "from ";
    if (!line.starts_with(keyword)) continue;
    const std::string_view name = line.substr(keyword.size());
    const auto* library = std::ranges::find(libraries, name.substr(0, name.find_first_of(" .,\r")));
    const bool names_more = is_plain && holds(line, ",");
    if (library == libraries.end() || names_more) return true;
  }
  return false;
}

}  // namespace

bool may_do_unnamed(std::string_view source) {
  return imports_code(source) ||
         std::ranges::any_of(unnamed, [&](std::string_view word) { return holds(source, word); });
}

std::vector<std::string> tables_in_question(const std::vector<ReadRevision>& pending) {
  std::set<std::string> tables;
  for (const ReadRevision& revision : pending)
    for (const Statement& s : revision.statements) {
      const bool is_asked = s.kind == Kind::set_type || s.kind == Kind::set_not_null || s.using_index;
      if (is_asked || s.object == ObjectKind::domain) tables.insert(s.table.name);
    }
  return {tables.begin(), tables.end()};
}

std::vector<const Revision*> revisions_about(const std::vector<std::string>& tables,
                                             const std::vector<const Revision*>& history) {
  std::vector<const Revision*> found;
  for (const Revision* revision : history) {
    const std::string text = text_of_file(revision->file);
    const bool names = std::ranges::any_of(tables, [&](const std::string& table) { return holds_word(text, table); });
    if (!names && !may_do_unnamed(text)) continue;
    found.push_back(revision);
    if (names && (holds(text, "rename") || holds(text, "RENAME"))) return history;  // it had another name before
  }
  return found;
}

}  // namespace orchestrate
