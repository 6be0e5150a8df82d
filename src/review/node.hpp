#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/json.hpp"

namespace orchestrate {

/// A node of a Python syntax tree that somebody else owns.
class Node {
 public:
  Node() = default;
  explicit Node(const Json& json) : json_(&json) {}

  explicit operator bool() const { return json_ && json_->is_object(); }
  std::string_view type() const { return word("node"); }
  bool is(std::string_view name) const { return type() == name; }

  /// A child; false when there is none.
  Node child(std::string_view field) const;
  std::vector<Node> children(std::string_view field) const;
  /// A field that is a name, such as `id` of a Name; empty when absent.
  std::string_view word(std::string_view field) const;
  std::vector<std::string> words(std::string_view field) const;  ///< of a field that is a list of names
  const Json& value() const;                                     ///< of a Constant
  int line() const { return number("line"); }
  int column() const { return number("column"); }
  int number(std::string_view field) const;

  bool operator==(const Node&) const = default;

 private:
  const Json* json_ = nullptr;
};

}  // namespace orchestrate
