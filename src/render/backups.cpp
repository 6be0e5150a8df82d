#include "render/backups.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "render/json.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t level_column = 3;
using Cells = std::array<std::string, 5>;

std::chrono::seconds since(Time then, Time now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now - then);
}

std::string details_of(const BackupRow& row, Time now) {
  if (!row.trouble.empty()) return row.trouble;
  std::vector<std::string> details;
  if (!row.revisions.empty()) details.push_back(fmt::format("at {}", fmt::join(row.revisions, ", ")));
  if (!row.run.empty()) details.push_back("by run " + row.run);
  if (row.restored_in) details.push_back("restored in " + duration_text(*row.restored_in));
  if (row.proven_at) details.push_back("proven " + ago_text(since(*row.proven_at, now)));
  return fmt::format("{}", fmt::join(details, ", "));
}

Cells cells_of(const BackupRow& row, Time now) {
  return {printable(std::filesystem::path(row.path).filename().string()), size_text(row.size),
          ago_text(since(row.taken_at, now)), row.trouble.empty() ? row.level : "none",
          printable(details_of(row, now))};
}

Tone tone_of(const BackupRow& row) {
  if (!row.trouble.empty()) return Tone::bad;
  return row.level == "written" ? Tone::caution : Tone::good;
}

}  // namespace

std::string backups_text(const std::vector<BackupRow>& rows, Time now, Style style) {
  if (rows.empty()) return "no backups\n";
  std::vector<Cells> table;
  std::array<std::size_t, std::tuple_size_v<Cells>> columns{};
  for (const BackupRow& row : rows) {
    table.push_back(cells_of(row, now));
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = std::max(columns[i], columns_of(table.back()[i]));
  }
  std::string text;
  for (std::size_t row = 0; row < table.size(); ++row) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = i + 1 < columns.size() ? padded(table[row][i], columns[i]) + "  " : table[row][i];
      line += i == level_column ? painted(style, tone_of(rows[row]), cell) : cell;
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

Json backups_json(const std::string& app, const std::vector<BackupRow>& rows) {
  Json::Array backups;
  for (const BackupRow& row : rows)
    backups.push_back(Json::object({{"path", row.path},
                                    {"origin", row.origin},
                                    {"size", row.size},
                                    {"taken_at", utc_text(row.taken_at)},
                                    {"level", row.trouble.empty() ? Json(row.level) : Json()},
                                    {"proven_at", row.proven_at ? Json(utc_text(*row.proven_at)) : Json()},
                                    {"restore_ms", row.restored_in ? Json(row.restored_in->count()) : Json()},
                                    {"revisions", Json::of(row.revisions)},
                                    {"run", row.run},
                                    {"trouble", row.trouble}}));
  return Json::object({{"schema_version", json_schema_version}, {"app", app}, {"backups", backups}});
}

}  // namespace orchestrate
