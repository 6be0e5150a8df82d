#include "bus/refusal.hpp"

#include <algorithm>
#include <array>

namespace orchestrate::bus {
namespace {

constexpr std::string_view prefix = "org.orchestrate.Orchestrate1.Error.";

struct Name {
  int exit_code;
  std::string_view word;
};
constexpr std::array names = {Name{1, "Failed"},       Name{2, "Usage"}, Name{3, "RedFlags"}, Name{5, "Held"},
                              Name{69, "Unreachable"}, Name{75, "Busy"}, Name{77, "Denied"},  Name{78, "Policy"}};

}  // namespace

std::string error_name(int exit_code) {
  const auto found = std::ranges::find(names, exit_code, &Name::exit_code);
  return std::string(prefix) + std::string(found == names.end() ? names.front().word : found->word);
}

int exit_code_of(std::string_view error_name) {
  for (const Name& name : names)
    if (error_name.starts_with(prefix) && error_name.substr(prefix.size()) == name.word) return name.exit_code;
  return names.front().exit_code;
}

}  // namespace orchestrate::bus
