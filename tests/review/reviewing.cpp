#include "reviewing.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "on_loop.hpp"
#include "system/command.hpp"

namespace orchestrate {

ReviewReport review_of(const Project& project, std::optional<std::filesystem::path> env_py, Direction direction,
                       Catalog* catalog) {
  const RevisionGraph graph = read_revisions({project.versions()});
  for (const Finding& problem : graph.problems) ADD_FAILURE() << problem.id() << ": " << problem.hazard;
  ReviewRequest request{
      .schemas = {"cfg"}, .version_table = {"cfg", "alembic_version"}, .python = {"/usr/bin/python3"}};
  const Pending pending = graph.pending({}, "heads");
  if (!std::holds_alternative<Finding>(pending)) request.pending = std::get<0>(pending);
  if (direction == Direction::downgrade) std::ranges::reverse(request.pending);
  request.direction = direction;
  request.catalog = catalog;
  request.env_py = std::move(env_py);
  request.layout = {.directory = project.path(), .versions = {project.versions()}};
  request.block = {"data-loss", "out-of-scope", "blocking-lock"};
  boost::asio::io_context io;
  const auto commands = system::make_commands(io, Redactor(), std::nullopt);
  return on_loop(io, review(*commands, request, std::stop_token()));
}

ReviewReport review_of(const std::string& body, Catalog* catalog) {
  std::string source =
      "from alembic import op, context\nimport sqlalchemy as sa\nfrom sqlalchemy import text\n"
      "revision = '0002'\ndown_revision = None\n\ndef upgrade():\n";
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find('\n', at), body.size());
    source += "    " + body.substr(at, end - at) + "\n";
    at = end + 1;
  }
  const Project project;
  project.write("0002.py", source + "\ndef downgrade():\n    raise NotImplementedError\n");
  return review_of(project, std::nullopt, Direction::upgrade, catalog);
}

std::vector<std::string> flags(const ReviewReport& report) {
  std::vector<std::string> found;
  for (const Finding& finding : report.findings)
    if (finding.severity != Severity::advice) found.push_back(finding.rule + ":" + finding.object);
  return found;
}

}  // namespace orchestrate
