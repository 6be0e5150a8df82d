#include "init/upgrade_at_start.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "init/project_tree.hpp"
#include "init/shell_text.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

bool runs_alembic(const Words& words) {
  const auto is_alembic = [](const std::string& word) { return fs::path(word).filename() == "alembic"; };
  return std::ranges::any_of(words, is_alembic) && std::ranges::find(words, "upgrade") != words.end();
}

/// Its last two words, such as `make migrate` or `-m bot.migrate`, whatever path the first one has.
bool runs(const Words& upgrade, const Words& words) {
  if (upgrade.size() < 2) return !upgrade.empty() && std::ranges::find(words, upgrade.front()) != words.end();
  const std::string first = fs::path(upgrade[upgrade.size() - 2]).filename();
  for (std::size_t at = 1; at < words.size(); ++at)
    if (words[at] == upgrade.back() && fs::path(words[at - 1]).filename() == first) return true;
  return false;
}

/// Of `sh -c "..."` the text is one word, and has words of its own.
Words words_of(const std::string& command) {
  Words words;
  for (const std::string& word : exec_words(command)) {
    const Words parts = word.find(' ') == std::string::npos ? Words{word} : exec_words(word);
    words.insert(words.end(), parts.begin(), parts.end());
  }
  return words;
}

void add_script(const fs::path& file, const Words& upgrade, std::vector<Fact<std::string>>& found) {
  const std::string text = text_if_readable(file);
  const std::string first_line = text.substr(0, text.find('\n'));
  if (!first_line.starts_with("#!") || first_line.find("sh") == std::string::npos) return;
  for (const ShellCommand& command : shell_commands(text))
    if (runs_alembic(command.words) || runs(upgrade, command.words))
      found.push_back({fmt::format("{}", fmt::join(command.words, " ")), {file, command.line}});
}

}  // namespace

std::vector<Fact<std::string>> upgrades_at_start(const UnitFile& unit, const fs::path& project, const Words& upgrade) {
  std::vector<Fact<std::string>> found;
  for (const std::string_view key : {"ExecStartPre", "ExecStart"})
    for (const auto& command : unit.all(key)) {
      const Words words = words_of(command.value);
      if (runs_alembic(words) || runs(upgrade, words)) {
        found.push_back(command);
        continue;
      }
      for (const std::string& word : words)
        if (word.find('/') != std::string::npos) add_script(project / word, upgrade, found);
    }
  return found;
}

}  // namespace orchestrate::init
