#include <fmt/format.h>

#include "cli/place.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/json.hpp"
#include "policy/schema.hpp"
#include "render/json.hpp"
#include "stages/catalog.hpp"

namespace orchestrate::cli {
namespace {

constexpr int invalid = 78;  // EX_CONFIG of sysexits.h

}  // namespace

int check(const Arguments& arguments) {
  const auto file = policy_file(arguments.app);
  const auto problems = problems_of(file);
  if (arguments.format == Format::json) {
    const Json json = Json::object({{"schema_version", json_schema_version},
                                    {"file", file.string()},
                                    {"valid", problems.empty()},
                                    {"problems", Json::of(problems)}});
    write(stdout, to_pretty_text(json) + "\n");
    return problems.empty() ? 0 : invalid;
  }
  for (const std::string& problem : problems) write(stderr, problem + "\n");
  if (problems.empty())
    write(stdout, fmt::format("{}: ok\n", file.string()));
  else
    write(stderr, fmt::format("{} problem{}\n", problems.size(), problems.size() == 1 ? "" : "s"));
  return problems.empty() ? 0 : invalid;
}

int schema(const Arguments&) {
  write(stdout, to_pretty_text(policy_schema(stage_kinds())) + "\n");
  return 0;
}

}  // namespace orchestrate::cli
