#include "review/following.hpp"

#include <utility>

#include "review/source.hpp"

namespace orchestrate {

Task<> read_wanted(Commands& commands, Argv python, ProjectModules& project, std::stop_token stop) {
  std::vector<ProjectModule> modules = project.take_wanted();
  if (modules.empty()) co_return;
  std::vector<std::string> texts;
  for (const ProjectModule& module : modules) texts.push_back(module.text);
  const TakeTree take = [&](std::size_t i, SyntaxTree tree) {
    auto* known = std::get_if<Json>(&tree);
    if (!known) return;
    modules[i].tree = std::move(*known);
    project.add(std::move(modules[i]));
  };
  co_await parse_sources(commands, std::move(python), std::move(texts), take, std::move(stop));
}

}  // namespace orchestrate
