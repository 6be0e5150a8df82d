#include "review/text_methods.hpp"

#include <algorithm>
#include <cctype>

#include "review/builtins.hpp"
#include "review/limits.hpp"

namespace orchestrate {
namespace {

using Kind = Value::Kind;
using Values = std::vector<Value>;

/// Puts `part` behind `text` while that is short enough to go on with.
bool append(std::string& text, std::string_view part) {
  if (text.size() + part.size() > limits::bytes_of_value) return false;
  text += part;
  return true;
}

/// `'...{}...{name}...'.format(...)`; format specifications are not computed.
std::optional<std::string> formatted(const std::string& pattern, const Arguments& arguments) {
  std::string text;
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool doubled = i + 1 < pattern.size() && pattern[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      text += c;
      ++i;
    } else if (c == '{') {
      const auto end = pattern.find('}', i);
      if (end == std::string::npos) return std::nullopt;
      const std::string field = pattern.substr(i + 1, end - i - 1);
      const Value* value = nullptr;
      if (field.empty() || std::ranges::all_of(field, [](unsigned char d) { return std::isdigit(d); })) {
        const std::size_t index = field.empty() ? next++ : std::stoul(field.substr(0, 6));
        if (index < arguments.positional.size()) value = &arguments.positional[index];
      } else {
        for (const auto& [name, named] : arguments.named)
          if (name == field) value = &named;
      }
      const auto part = value ? as_text(*value) : std::nullopt;
      if (!part || !append(text, *part)) return std::nullopt;
      i = end;
    } else {
      text += c;
    }
  }
  return text;
}

std::optional<std::string> joined(const std::string& separator, const Arguments& arguments) {
  const auto items = arguments.positional.empty() ? std::nullopt : items_of(arguments.positional[0]);
  if (!items) return std::nullopt;
  std::string text;
  for (bool first = true; const Value& item : *items) {
    if (!item.is(Kind::text) || (!first && !append(text, separator)) || !append(text, item.text)) return std::nullopt;
    first = false;
  }
  return text;
}

std::optional<std::string> replaced(std::string_view rest, const std::string& from, const std::string& to) {
  if (from.empty()) return std::nullopt;
  std::string text;
  for (auto at = rest.find(from); at != std::string_view::npos; at = rest.find(from)) {
    if (!append(text, rest.substr(0, at)) || !append(text, to)) return std::nullopt;
    rest.remove_prefix(at + from.size());
  }
  return append(text, rest) ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace

std::optional<std::string> interpolated(const std::string& pattern, const Value& right) {
  std::string text;
  std::size_t next = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      text += pattern[i];
      continue;
    }
    if (++i >= pattern.size()) return std::nullopt;
    if (pattern[i] == '%') {
      text += '%';
      continue;
    }
    Value value;
    if (pattern[i] == '(') {
      const auto end = pattern.find(')', i);
      if (end == std::string::npos || !right.is(Kind::dict)) return std::nullopt;
      const auto key = std::ranges::find(right.items, Value::of(pattern.substr(i + 1, end - i - 1)));
      if (key == right.items.end()) return std::nullopt;
      value = right.values[static_cast<std::size_t>(key - right.items.begin())];
      i = end + 1;
    } else if (right.is(Kind::list)) {
      if (next >= right.items.size()) return std::nullopt;
      value = right.items[next++];
    } else {
      value = right;
    }
    const auto part = as_text(value);
    if (!part || i >= pattern.size() || (pattern[i] != 's' && pattern[i] != 'd')) return std::nullopt;
    if (!append(text, *part)) return std::nullopt;
  }
  return text;
}

std::optional<std::string> text_method(const std::string& text, std::string_view name, const Arguments& arguments) {
  const auto changed = [&](auto change) {
    std::string copy = text;
    std::ranges::transform(copy, copy.begin(),
                           [&](char c) { return static_cast<char>(change(static_cast<unsigned char>(c))); });
    return copy;
  };
  const Values& given = arguments.positional;
  if (name == "format") return formatted(text, arguments);
  if (name == "join") return joined(text, arguments);
  if (name == "lower" && given.empty()) return changed([](int c) { return std::tolower(c); });
  if (name == "upper" && given.empty()) return changed([](int c) { return std::toupper(c); });
  if (name == "strip" && given.empty()) {
    const auto start = text.find_first_not_of(" \t\r\n\f\v");
    return start == std::string::npos ? "" : text.substr(start, text.find_last_not_of(" \t\r\n\f\v") - start + 1);
  }
  if (name == "replace" && given.size() == 2 && given[0].is(Kind::text) && given[1].is(Kind::text))
    return replaced(text, given[0].text, given[1].text);
  return std::nullopt;
}

}  // namespace orchestrate
