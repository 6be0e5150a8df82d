#include "orchestrate/policy.hpp"

#include <algorithm>

namespace orchestrate {

bool Migrations::takes_target() const {
  const auto has_target = [](const std::string& word) { return word.find(target_word) != std::string::npos; };
  return tool == Tool::alembic || std::ranges::any_of(command, has_target);
}

std::vector<UnitName> Policy::units() const {
  std::vector<UnitName> all = services;
  for (const StageSpec& stage : pipeline)
    if (stage.settings.has("units"))
      for (const UnitName& unit : stage.settings.units("units"))
        if (std::ranges::find(all, unit) == all.end()) all.push_back(unit);
  return all;
}

}  // namespace orchestrate
