#include "policy/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "policy/near.hpp"
#include "policy/scalar.hpp"

namespace orchestrate {
namespace {

bool is_list(ValueType type) {
  return type == ValueType::text_list || type == ValueType::choice_list || type == ValueType::unit_list ||
         type == ValueType::path_list;
}

/// Types that YAML itself has: quoted they would be texts.
bool must_be_plain(ValueType type) {
  return type == ValueType::integer || type == ValueType::boolean;
}

std::string_view kind_in_words(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::mapping) return "a mapping";
  if (node.kind == YamlNode::Kind::sequence) return "a list";
  return "nothing";
}

std::string expectation(const Key& key) {
  if (!key.form.empty()) return std::string(key.form);
  if (!key.choices.empty()) return fmt::format("one of {}", fmt::join(key.choices, ", "));
  return std::string(scalar_form(key.type).expects);
}

/// The first line, as far as it helps to find it again.
std::string shown(const std::string& text) {
  constexpr std::size_t most = 60;
  std::size_t end = std::min(text.find('\n'), most);
  if (end >= text.size()) return text;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

std::string wrong_text(const Key& key, const std::string& text) {
  const auto& form = scalar_form(key.type);
  if (key.name == "password") return fmt::format("'{}' must be {}", key.name, expectation(key));
  const std::string message = fmt::format("'{}' must be {}, not '{}'", key.name, expectation(key), shown(text));
  if (form.type == ValueType::choice) {
    const std::string_view near = nearest(text, key.choices);
    return near.empty() ? message : message + fmt::format("; did you mean '{}'?", near);
  }
  if (form.type == ValueType::duration && matches("[0-9]*[1-9][0-9]*", text))
    return message + fmt::format("; write {0}s or {0}min", text);
  if (form.type == ValueType::unit && UnitName::parse(text + ".service"))
    return message + fmt::format("; did you mean '{}.service'?", text);
  return message;
}

std::optional<Settings::Value> read_scalar(const Key& key, const YamlNode& node, std::vector<Problem>& problems) {
  const auto refuse = [&](std::string message) {
    problems.push_back({node.position, std::move(message)});
    return std::nullopt;
  };
  const auto& form = scalar_form(key.type);
  if (!node.is_scalar())
    return refuse(fmt::format("'{}' must be {}, not {}", key.name, expectation(key), kind_in_words(node)));
  if (must_be_plain(form.type) && node.kind == YamlNode::Kind::quoted)
    return refuse(fmt::format("'{}' must be {}, not a quoted text", key.name, expectation(key)));
  if (node.text.find('\0') != std::string::npos) return refuse(fmt::format("'{}' holds a zero byte", key.name));
  if (key.presence == Presence::required && node.text.empty()) return refuse(fmt::format("'{}' is empty", key.name));
  const bool chosen = key.choices.empty() || std::ranges::find(key.choices, node.text) != key.choices.end();
  if (!chosen || !matches(form.pattern, node.text) || !matches(key.pattern, node.text))
    return refuse(wrong_text(key, node.text));
  if (form.type == ValueType::unit && !UnitName::parse(node.text)) return refuse(wrong_text(key, node.text));
  return form.value(node.text);
}

template <class T>
std::vector<T> of_type(std::vector<Settings::Value> values) {
  std::vector<T> items;
  for (auto& value : values) items.push_back(std::get<T>(std::move(value)));
  return items;
}

std::optional<Settings::Value> read_list(const Key& key, const YamlNode& node, std::vector<Problem>& problems) {
  const bool list = node.kind == YamlNode::Kind::sequence;
  const std::vector<YamlNode> items = list ? node.items : std::vector{node};
  if (items.empty() && key.presence == Presence::required)
    problems.push_back({node.position, fmt::format("'{}' must name at least one", key.name)});

  std::vector<Settings::Value> values;
  const std::size_t problems_before = problems.size();
  for (const YamlNode& item : items) {
    auto value = read_scalar(key, item, problems);
    if (!value) continue;
    // A text list is an argument vector, where repeating is meant.
    if (key.type != ValueType::text_list && std::ranges::find(values, *value) != values.end())
      problems.push_back({item.position, fmt::format("'{}' names '{}' twice", key.name, item.text)});
    values.push_back(std::move(*value));
  }
  if (problems.size() > problems_before || (items.empty() && key.presence == Presence::required)) return std::nullopt;
  if (key.type == ValueType::unit_list) return of_type<UnitName>(std::move(values));
  return of_type<std::string>(std::move(values));
}

Json as_json(const YamlNode& node, ValueType type) {
  if (node.kind == YamlNode::Kind::sequence) {
    Json items = Json::array();
    for (const YamlNode& item : node.items) items.push(as_json(item, type));
    return items;
  }
  if (type == ValueType::integer) return std::stoll(node.text);
  if (type == ValueType::boolean) return node.text == "true";
  return node.text;
}

Json anchored(std::string_view pattern) {
  return fmt::format("^{}$", pattern);
}

Json integer_schema(const Key& key) {
  Json schema = Json::object({{"type", "integer"}, {"minimum", 0}, {"maximum", 999'999'999}});
  if (key.choices.empty()) return schema;
  Json allowed = Json::array();
  for (const std::string_view choice : key.choices) allowed.push(std::stoll(std::string(choice)));
  return Json::object({{"enum", allowed}});
}

Json scalar_schema(const Key& key) {
  const auto& form = scalar_form(key.type);
  if (form.type == ValueType::integer) return integer_schema(key);
  if (form.type == ValueType::boolean) return Json::object({{"type", "boolean"}});
  if (!key.choices.empty()) return Json::object({{"enum", Json::of({key.choices.begin(), key.choices.end()})}});
  // YAML reads a plain 42, true or 0 as another type; the loader takes the text as it is written.
  Json schema = Json::object({{"type", Json::of({"string", "number", "boolean"})}});
  const bool has_unit = form.type == ValueType::duration || form.type == ValueType::size;
  if (has_unit && key.pattern.empty())  // a plain 0 is an integer
    schema = Json::object({{"type", Json::of({"string", "integer"})}, {"minimum", 0}, {"maximum", 0}});
  else if (has_unit)
    schema = Json::object({{"type", "string"}});
  if (key.presence == Presence::required) schema.set("minLength", 1);
  if (!form.pattern.empty()) schema.set("pattern", anchored(form.pattern));
  if (!key.pattern.empty()) schema.set("pattern", anchored(key.pattern));
  if (form.type == ValueType::unit) schema.set("maxLength", 255);
  return schema;
}

Json list_schema(const Key& key) {
  Json list = Json::object({{"type", "array"}, {"items", scalar_schema(key)}});
  if (key.presence == Presence::required) list.set("minItems", 1);
  if (key.type != ValueType::text_list) list.set("uniqueItems", true);
  return Json::object({{"anyOf", Json::array({list, scalar_schema(key)})}});
}

YamlNode fallback_node(const Key& key) {
  YamlTree tree = parse_yaml(std::string(key.fallback));
  if (!tree.root) throw std::logic_error(fmt::format("default of '{}' is no YAML", key.name));
  return std::move(*tree.root);
}

}  // namespace

std::optional<Settings::Value> read_value(const Key& key, const YamlNode& node, std::vector<Problem>& problems) {
  return is_list(key.type) ? read_list(key, node, problems) : read_scalar(key, node, problems);
}

Json value_schema(const Key& key) {
  Json schema = is_list(key.type) ? list_schema(key) : scalar_schema(key);
  schema.set("description", key.purpose);
  if (!key.fallback.empty()) schema.set("default", as_json(fallback_node(key), key.type));
  return schema;
}

Settings::Value fallback_value(const Key& key) {
  std::vector<Problem> problems;
  auto value = read_value(key, fallback_node(key), problems);
  if (!value) throw std::logic_error(fmt::format("default of '{}': {}", key.name, problems.front().message));
  return std::move(*value);
}

}  // namespace orchestrate
