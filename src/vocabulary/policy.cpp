#include "orchestrate/policy.hpp"

#include <algorithm>

namespace orchestrate {

std::vector<UnitName> Policy::units() const {
  std::vector<UnitName> all = services;
  for (const StageSpec& stage : pipeline)
    if (stage.settings.has("units"))
      for (const UnitName& unit : stage.settings.units("units"))
        if (std::ranges::find(all, unit) == all.end()) all.push_back(unit);
  return all;
}

}  // namespace orchestrate
