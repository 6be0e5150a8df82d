#include "review/following.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "review/interpreter.hpp"
#include "review/node.hpp"

namespace orchestrate {
namespace {

// Each costs a start of Python, and reads what the one before has asked for: a helper of a helper is two.
constexpr int most_rounds = 16;
// What one run of the parser gets, so that its answer stays far below what we take.
constexpr std::size_t most_text = 4 * 1024 * 1024;

bool may_be_ours(std::string_view path, ProjectModules& project) {
  return project.may_hold(path.substr(0, path.find('.')));
}

/// Whether a statement, or one in it, imports what may be the project's.
bool imports_ours(Node statement, ProjectModules& project) {
  if (statement.is("ImportFrom")) return may_be_ours(statement.word("module"), project);
  if (statement.is("Import"))
    return std::ranges::any_of(statement.children("names"),
                               [&](Node alias) { return may_be_ours(alias.word("name"), project); });
  for (const char* field : {"body", "orelse", "handlers", "finalbody", "cases"})
    for (const Node inner : statement.children(field))
      if (imports_ours(inner, project)) return true;
  return false;
}

/// Follows the file for what it asks of the project; what it does is read when all of that is there.
bool lacks_modules(const Json& file, ProjectModules& project) {
  const std::size_t before = project.unanswered();
  try {
    read_script(file, {}, {}, project);
  } catch (const std::exception&) {
    return false;  // becomes a finding when the file is read
  }
  return project.unanswered() > before;
}

Task<> parse(Commands& commands, Argv python, std::vector<ProjectModule> modules, ProjectModules& project,
             std::stop_token stop) {
  for (std::size_t next = 0; next < modules.size();) {
    std::vector<std::string> texts;
    for (std::size_t size = 0, i = next; i < modules.size() && size <= most_text; ++i) {
      texts.push_back(modules[i].text);
      size += texts.back().size();
    }
    const std::size_t count = texts.size();
    auto trees = co_await syntax_trees(commands, python, std::move(texts), stop);
    for (std::size_t i = 0; i < count; ++i) {
      auto* tree = std::get_if<Json>(&trees[i]);
      if (!tree) continue;
      modules[next + i].tree = std::move(*tree);
      project.add(std::move(modules[next + i]));
    }
    next += count;
  }
}

}  // namespace

Task<> follow_imports(Commands& commands, Argv python, std::span<const SyntaxTree> files, ProjectModules& project,
                      std::stop_token stop) {
  std::vector<const Json*> open;
  for (const SyntaxTree& file : files)
    if (const auto* tree = std::get_if<Json>(&file); tree && imports_ours(Node(*tree), project)) open.push_back(tree);
  for (int round = 0; round < most_rounds && !open.empty(); ++round) {
    std::erase_if(open, [&](const Json* file) { return !lacks_modules(*file, project); });
    auto wanted = project.take_wanted();
    co_await parse(commands, python, std::move(wanted), project, stop);
  }
}

}  // namespace orchestrate
