#include "policy/schema.hpp"

#include "policy/keys.hpp"
#include "policy/pipeline.hpp"
#include "policy/section.hpp"

namespace orchestrate {

Json policy_schema(std::span<const StageKind* const> kinds) {
  Json schema = Json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                              {"title", "Policy of an application for orchestrate"}});
  const Json policy = section_schema(policy_keys(), pipeline_schema(kinds));
  for (const auto& [name, value] : policy.as_object()) schema.set(name, value);
  return schema;
}

}  // namespace orchestrate
