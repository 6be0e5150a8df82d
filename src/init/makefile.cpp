#include "init/makefile.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <vector>

namespace orchestrate::init {
namespace {

constexpr std::array<std::string_view, 6> usual = {"migrate",    "upgrade",    "db-upgrade",
                                                   "db-migrate", "migrations", "migrate-up"};
constexpr int deepest = 4;  // of variables in variables

using Variables = std::map<std::string, std::string, std::less<>>;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r@-+");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::string filled(std::string text, const Variables& variables) {
  for (int round = 0; round < deepest; ++round)
    for (const auto& [name, value] : variables)
      for (const std::string& reference : {"$(" + name + ")", "${" + name + "}"})
        for (std::size_t at = 0; (at = text.find(reference, at)) != std::string::npos; at += value.size())
          text.replace(at, reference.size(), value);
  return text;
}

bool is_of_project(std::string_view before_alembic) {
  return before_alembic.ends_with("-m ") || before_alembic.ends_with('/') ||
         before_alembic.find("run ") != std::string_view::npos;  // of uv, poetry, pdm
}

bool upgrades(const std::string& recipe) {
  std::istringstream lines(recipe);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t alembic = line.find("alembic");
    if (alembic != std::string::npos && is_of_project(std::string_view(line).substr(0, alembic)) &&
        line.find("upgrade", alembic) != std::string::npos)
      return true;
  }
  return false;
}

struct Assignment {
  std::string name, value;
};

std::optional<Assignment> assignment(const std::string& line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  const std::size_t end = line.find_last_not_of(":?+ \t", equals - 1);
  if (end == std::string::npos) return std::nullopt;
  const std::string name = trimmed(std::string_view(line).substr(0, end + 1));
  if (name.empty() || name.find_first_of(" \t:") != std::string::npos) return std::nullopt;
  return Assignment{name, trimmed(std::string_view(line).substr(equals + 1))};
}

std::size_t rank(const std::string& target) {
  return static_cast<std::size_t>(std::ranges::find(usual, target) - usual.begin());
}

}  // namespace

std::optional<Fact<std::string>> migrate_target(std::string_view makefile, const std::filesystem::path& file) {
  Variables variables;
  std::vector<std::pair<Fact<std::string>, std::string>> rules;  // a target and its recipe
  std::istringstream stream{std::string(makefile)};
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    if (line.starts_with('\t')) {
      if (!rules.empty()) rules.back().second += trimmed(line) + "\n";
    } else if (auto assigned = assignment(line)) {
      variables[assigned->name] = assigned->value;
    } else if (const std::size_t colon = line.find(':'); colon != std::string::npos && !line.starts_with('.')) {
      rules.push_back({{trimmed(std::string_view(line).substr(0, colon)), {file, number}}, ""});
    }
  }
  std::optional<Fact<std::string>> best;
  for (const auto& [target, recipe] : rules) {
    const bool one = !target.value.empty() && target.value.find_first_of(" $%#") == std::string::npos;
    if (one && upgrades(filled(recipe, variables)) && (!best || rank(target.value) < rank(best->value))) best = target;
  }
  return best;
}

}  // namespace orchestrate::init
