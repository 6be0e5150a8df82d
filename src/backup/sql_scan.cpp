#include "backup/sql_scan.hpp"

#include <algorithm>
#include <string_view>

namespace orchestrate::backup {
namespace {

constexpr std::string_view beginning = "--\n-- PostgreSQL database dump\n";
constexpr std::string_view last_words = "\n-- PostgreSQL database dump complete\n";
constexpr std::string_view version_label = "\n-- Dumped from database version ";
constexpr std::size_t tail_size = 2048;  // longer than two identifiers of 63 bytes, doubled quotes and words

/// As pg_dump's fmtId writes it, and as it writes reserved words.
std::vector<std::string> spellings(const TableName& table) {
  return {table.text(), table.quoted(), quote_identifier(table.schema) + "." + table.name,
          table.schema + "." + quote_identifier(table.name)};
}

std::vector<std::string> around(std::string_view before, const std::vector<std::string>& names,
                                std::string_view after) {
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(std::string(before) + name + std::string(after));
  return texts;
}

}  // namespace

SqlScan::SqlScan(const Sought& sought) {
  for (const std::string& schema : sought.schemas)
    if (schema != "public")
      phrases_.push_back({"schema " + schema, around("\nCREATE SCHEMA ", {schema, quote_identifier(schema)}, ";")});
  phrases_.push_back({"all rows (schema only)", {"\nCOPY ", "\nINSERT INTO "}});
  if (!sought.version_table) return;
  const auto names = spellings(*sought.version_table);
  phrases_.push_back({"table " + sought.version_table->text(), around("\nCREATE TABLE ", names, " (")});
  Phrase rows{"the rows of " + sought.version_table->text(), around("\nCOPY ", names, " (")};
  for (std::string& text : around("\nINSERT INTO ", names, " ")) rows.one_of.push_back(std::move(text));
  phrases_.push_back(std::move(rows));
}

void SqlScan::read(std::span<const std::byte> block) {
  const std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
  if (head_.size() < tail_size) head_ += text.substr(0, tail_size - head_.size());
  // The seam: what is left of the last block, and as much of this one.
  const std::string seam = tail_ + std::string(text.substr(0, tail_size));
  search(seam);
  search(text);
  tail_ = text.size() >= tail_size ? std::string(text.substr(text.size() - tail_size))
                                   : seam.substr(seam.size() - std::min(seam.size(), tail_size));
}

void SqlScan::search(std::string_view text) {
  for (Phrase& phrase : phrases_)
    phrase.found = phrase.found || std::ranges::any_of(phrase.one_of, [&](const std::string& wanted) {
                     return text.find(wanted) != std::string_view::npos;
                   });
}

bool SqlScan::is_sql_dump() const {
  return head_.starts_with(beginning);
}

bool SqlScan::complete() const {
  return tail_.find(last_words) != std::string::npos;
}

Contents SqlScan::contents() const {
  Contents contents;
  if (const std::size_t at = head_.find(version_label); at != std::string::npos) {
    const std::size_t from = at + version_label.size();
    contents.server_version = head_.substr(from, head_.find('\n', from) - from);
  }
  for (const Phrase& phrase : phrases_)
    if (!phrase.found) contents.lacks.push_back(phrase.lacking);
  return contents;
}

}  // namespace orchestrate::backup
