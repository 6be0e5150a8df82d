#include "policy/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_kinds.hpp"
#include "policies.hpp"
#include "policy/policy_loader.hpp"
#include "run.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

/// Validates as an editor would: YAML 1.2's core schema, then JSON Schema 2020-12.
constexpr std::string_view validator = R"(
import json, re, sys
import jsonschema, yaml

class Core(yaml.SafeLoader):
    pass
Core.yaml_implicit_resolvers = {}
for tag, pattern in [('bool', 'true|True|TRUE|false|False|FALSE'), ('null', '~|null|Null|NULL|'),
                     ('int', '[-+]?[0-9]+'), ('octal', '0o[0-7]+'), ('hex', '0x[0-9a-fA-F]+'),
                     ('float', r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?')]:
    Core.add_implicit_resolver('tag:yaml.org,2002:' + tag, re.compile('^(?:' + pattern + ')$'), None)
Core.add_constructor('tag:yaml.org,2002:int', lambda l, n: int(l.construct_scalar(n)))
Core.add_constructor('tag:yaml.org,2002:octal', lambda l, n: int(l.construct_scalar(n)[2:], 8))
Core.add_constructor('tag:yaml.org,2002:hex', lambda l, n: int(l.construct_scalar(n), 16))

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
check = jsonschema.Draft202012Validator(schema)
print(json.dumps([check.is_valid(yaml.load(text, Core)) for text in json.load(open(sys.argv[2]))]))
)";

TEST(Schema, JudgesEveryPolicyAsTheLoaderDoes) {
  const TemporaryDirectory directory;
  Json texts = Json::array();
  for (const PolicyCase& c : policy_cases) texts.push(c.text);
  const Ran ran = run("/usr/bin/python3 " + directory.write("validate.py", std::string(validator)).string() + " " +
                      directory.write("schema.json", to_text(policy_schema(fake::kinds))).string() + " " +
                      directory.write("policies.json", to_text(texts)).string());
  ASSERT_EQ(ran.status, 0);
  const Json valid = parse_json(ran.out);
  for (std::size_t i = 0; i < policy_cases.size(); ++i) {
    const auto& [verdict, text] = policy_cases[i];
    const auto loaded = parse_policy(text, "policy.yaml", fake::kinds);
    const std::string first = loaded.problems.empty() ? "" : loaded.problems.front().message;
    EXPECT_EQ(loaded.policy.has_value(), verdict == good) << text << first;
    EXPECT_EQ(loaded.problems.empty(), verdict == good) << text << first;
    EXPECT_EQ(valid.as_array()[i].as_bool(), verdict != bad) << text << first;
  }
}

TEST(Schema, CarriesPurposeDefaultAndChoicesOfEachKey) {
  const Json schema = policy_schema(fake::kinds);
  EXPECT_EQ(schema["$schema"].as_string(), "https://json-schema.org/draft/2020-12/schema");
  const Json& stages = schema["properties"]["pipeline"]["items"]["anyOf"].as_array()[0]["properties"];
  const Json& verify = stages["backup"]["properties"]["verify"];
  EXPECT_EQ(verify["description"].as_string(), "How it is proven.");
  EXPECT_EQ(verify["default"].as_string(), "intact");
  EXPECT_EQ(verify["enum"], Json::array({"intact", "restored", "matched"}));
  EXPECT_EQ(stages["review"]["properties"]["lines"]["default"], Json(120));
  EXPECT_EQ(stages["review"]["properties"]["block"]["default"], Json::array({"data-loss", "out-of-scope"}));
}

}  // namespace
}  // namespace orchestrate
