#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orchestrate/plan.hpp"
#include "orchestrate/settings.hpp"

namespace orchestrate {

struct YamlMember;

/// One value of a YAML document with its place; nothing is interpreted yet.
struct YamlNode {
  enum class Kind { null, plain, quoted, sequence, mapping };
  Kind kind = Kind::null;
  std::string text;  ///< of a scalar, exactly as written
  std::vector<YamlNode> items;
  std::vector<YamlMember> members;
  Position position;

  bool is_scalar() const { return kind == Kind::plain || kind == Kind::quoted; }
};

struct YamlMember {
  std::string key;
  Position position;
  YamlNode value;
};

/// A document, or the reason why there is none; duplicate keys, anchors, aliases, merge keys, tags and further
/// documents are problems.
struct YamlTree {
  std::optional<YamlNode> root;  ///< absent when the text is no YAML or empty
  std::vector<Problem> problems;
};

YamlTree parse_yaml(const std::string& text);

}  // namespace orchestrate
