#include "render/versions.hpp"

#include <fmt/ranges.h>

#include "render/terminal_text.hpp"

namespace orchestrate {
namespace {

std::string revisions_text(const std::vector<std::string>& revisions) {
  return revisions.empty() ? "base" : printable(fmt::format("{}", fmt::join(revisions, ", ")));
}

}  // namespace

std::optional<Versions> versions_of(const Run& run) {
  const Json& fact = run.fact("versions");
  if (fact["before"].is_array() && fact["target"].is_array())
    return Versions{fact["before"].as_strings(), fact["target"].as_strings()};
  const Json& pending = run.evidence("migration.pending");
  if (pending["from"].is_array() && pending["to"].is_array())
    return Versions{pending["from"].as_strings(), pending["to"].as_strings()};
  return std::nullopt;
}

std::string versions_text(const Run& run) {
  const auto versions = versions_of(run);
  if (!versions) return {};
  return revisions_text(versions->before) + " -> " + revisions_text(versions->target);
}

}  // namespace orchestrate
