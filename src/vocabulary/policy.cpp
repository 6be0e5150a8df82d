#include "orchestrate/policy.hpp"

#include <algorithm>
#include <array>

namespace orchestrate {

bool has_target(const std::vector<std::string>& argv) {
  return std::ranges::any_of(argv, [](const std::string& word) { return word.find(target_word) != std::string::npos; });
}

std::string_view to_string(Remedy remedy) {
  static constexpr std::array<std::string_view, 3> words = {"hold", "restore", "downgrade"};
  return words.at(static_cast<std::size_t>(remedy));
}

bool Migrations::takes_target() const {
  return tool == Tool::alembic || has_target(command);
}

std::vector<UnitName> Policy::units() const {
  std::vector<UnitName> all = services;
  for (const StageSpec& stage : pipeline)
    if (stage.settings.has("units"))
      for (const UnitName& unit : stage.settings.units("units"))
        if (std::ranges::find(all, unit) == all.end()) all.push_back(unit);
  return all;
}

std::vector<std::string> app_schemas(const Policy& policy) {
  if (!policy.migrations.schemas.empty()) return policy.migrations.schemas;
  return {policy.migrations.version_table.schema};
}

const StageSpec* Policy::stage_of_kind(std::string_view kind) const {
  const auto found = std::ranges::find(pipeline, kind, &StageSpec::kind);
  return found == pipeline.end() ? nullptr : &*found;
}

}  // namespace orchestrate
