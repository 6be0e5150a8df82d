#include "backup/contents.hpp"

#include <ctime>

namespace orchestrate::backup {
namespace {

/// The rest of the comment line that begins with `label`.
std::string header(std::string_view list, std::string_view label) {
  const std::size_t at = list.find(label);
  if (at == std::string_view::npos) return {};
  const std::size_t from = at + label.size();
  return std::string(list.substr(from, std::min(list.find('\n', from), list.size()) - from));
}

/// Archives store their local time without a zone; it is read as the zone of this host.
std::optional<Time> local_time(const std::string& text) {
  std::tm parts{};
  if (!strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &parts)) return std::nullopt;
  parts.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(std::mktime(&parts));
}

}  // namespace

Contents contents_of_list(std::string_view list, const Sought& sought) {
  Contents contents{.database = header(list, ";     dbname: "),
                    .server_version = header(list, ";     Dumped from database version: "),
                    .created_at = local_time(header(list, "; Archive created at "))};
  // An entry reads `215; 1259 16386 TABLE cfg alembic_version owner`.
  const auto has = [&](const std::string& entry) { return list.find(" " + entry + " ") != std::string_view::npos; };
  for (const std::string& schema : sought.schemas)
    if (!has("SCHEMA - " + schema) && !has("TABLE " + schema)) contents.lacks.push_back("schema " + schema);
  if (list.find(" TABLE DATA ") == std::string_view::npos && list.find(" TABLE ") != std::string_view::npos)
    contents.lacks.emplace_back("all rows (schema only)");
  if (!sought.version_table) return contents;
  const std::string name = sought.version_table->schema + " " + sought.version_table->name;
  if (!has("TABLE " + name))
    contents.lacks.push_back("table " + sought.version_table->text());
  else if (!has("TABLE DATA " + name))
    contents.lacks.push_back("the rows of " + sought.version_table->text());
  return contents;
}

}  // namespace orchestrate::backup
