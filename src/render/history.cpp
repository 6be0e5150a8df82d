#include "render/history.hpp"

#include <algorithm>
#include <array>

#include "render/result.hpp"
#include "render/terminal_text.hpp"
#include "render/units.hpp"
#include "render/versions.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t result_column = 2;
using Cells = std::array<std::string, 6>;

Cells cells_of(const Run& run) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(run.last_event_at - run.started_at);
  return {printable(run.id),      printable(run.created.verb), result_word(run),
          duration_text(elapsed), versions_text(run),          "by " + printable(run.created.requested_by)};
}

}  // namespace

std::string history_text(const std::vector<Run>& runs, Style style) {
  if (runs.empty()) return "no runs yet\n";
  std::vector<Cells> table;
  std::array<std::size_t, std::tuple_size_v<Cells>> columns{};
  for (const Run& run : runs) {
    table.push_back(cells_of(run));
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = std::max(columns[i], columns_of(table.back()[i]));
  }
  std::string text;
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == 0) continue;
      const std::string cell = i + 1 < columns.size() ? padded(table[row][i], columns[i]) + "  " : table[row][i];
      text += i == result_column ? painted(style, result_tone(runs[row]), cell) : cell;
    }
    text += "\n";
  }
  return text;
}

}  // namespace orchestrate
