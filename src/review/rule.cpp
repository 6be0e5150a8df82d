#include "review/rule.hpp"

namespace orchestrate {

std::string object_of(const Statement& s) {
  std::string text = s.qualified ? s.table.text() : s.table.name;
  if (s.kind == StatementKind::drop_schema || s.kind == StatementKind::create_schema) return s.table.schema;
  if (s.kind == StatementKind::rename_table || s.kind == StatementKind::drop_object) return text;
  if (text.empty()) return s.name.empty() ? s.what : s.name;
  return s.name.empty() ? text : text + "." + s.name;
}

std::string schema_argument(const Statement& s) {
  return s.qualified ? ", schema=\"" + s.table.schema + "\"" : "";
}

}  // namespace orchestrate
