#include "review/node.hpp"

namespace orchestrate {

Node Node::child(std::string_view field) const {
  return json_ ? Node((*json_)[field]) : Node();
}

std::vector<Node> Node::children(std::string_view field) const {
  std::vector<Node> nodes;
  if (!json_ || !(*json_)[field].is_array()) return nodes;
  for (const Json& item : (*json_)[field].as_array()) nodes.emplace_back(item);
  return nodes;
}

std::string_view Node::word(std::string_view field) const {
  if (!json_) return {};
  const Json& value = (*json_)[field];
  return value.is_string() ? std::string_view(value.as_string()) : std::string_view();
}

std::vector<std::string> Node::words(std::string_view field) const {
  std::vector<std::string> found;
  if (!json_ || !(*json_)[field].is_array()) return found;
  for (const Json& item : (*json_)[field].as_array())
    if (item.is_string()) found.push_back(item.as_string());
  return found;
}

const Json& Node::value() const {
  return (*json_)["value"];
}

int Node::number(std::string_view field) const {
  return json_ ? static_cast<int>(json_->integer_or(field, 0)) : 0;
}

}  // namespace orchestrate
