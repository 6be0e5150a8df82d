#include "policy/scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <regex>
#include <stdexcept>

namespace orchestrate {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> durations = {
    {{"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr std::uint64_t kilo = 1000, kibi = 1024;
constexpr std::array<Unit, 10> sizes = {{{"B", 1},
                                         {"kB", kilo},
                                         {"KB", kilo},
                                         {"MB", kilo* kilo},
                                         {"GB", kilo* kilo* kilo},
                                         {"TB", kilo* kilo* kilo* kilo},
                                         {"KiB", kibi},
                                         {"MiB", kibi* kibi},
                                         {"GiB", kibi* kibi* kibi},
                                         {"TiB", kibi* kibi* kibi* kibi}}};

// The patterns bound the digits, so nothing overflows.
std::uint64_t with_unit(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
  const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (name.empty()) return number;
  return number * std::ranges::find(units, name, &Unit::name)->factor;
}

Settings::Value as_text(const std::string& text) {
  return text;
}
Settings::Value as_integer(const std::string& text) {
  return static_cast<std::int64_t>(std::stoll(text));
}
Settings::Value as_boolean(const std::string& text) {
  return text == "true";
}
Settings::Value as_duration(const std::string& text) {
  return std::chrono::milliseconds(with_unit(text, durations));
}
Settings::Value as_size(const std::string& text) {
  if (text.ends_with('x')) return Size{.factor = std::stod(text)};
  return Size{.bytes = with_unit(text, sizes)};
}
Settings::Value as_unit(const std::string& text) {
  return *UnitName::parse(text);
}

constexpr std::array<ScalarForm, 8> forms = {{
    {ValueType::text, "", "a text", as_text},
    {ValueType::integer, "(0|[1-9][0-9]{0,8})", "a whole number such as 120, without quotes", as_integer},
    {ValueType::boolean, "(true|false)", "true or false", as_boolean},
    {ValueType::duration, "(0|[0-9]{1,9}(ms|s|min|h|d))",
     "a duration with its unit (ms, s, min, h, d), such as 250ms, 10min or 26h", as_duration},
    {ValueType::size, "(0|[0-9]{1,7}(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)|[1-9][0-9]{0,2}([.][0-9])?x)",
     "a size with its unit, such as 10MB or 2GiB, or a factor such as 2x", as_size},
    {ValueType::path, "(?!~)[^\\x00-\\x1f]+", "a path, absolute or relative to project.path (no shell expands ~)",
     as_text},
    {ValueType::choice, "", "one of the allowed words", as_text},
    // As UnitName::parse.
    {ValueType::unit,
     "(?!@)[A-Za-z0-9:_.@\\\\-]+[.](service|socket|target|device|mount|automount|swap|timer|path|slice|scope)",
     "a unit name with its suffix, such as magikal-bot.service", as_unit},
}};

struct ListType {
  ValueType list, item;
};
constexpr std::array<ListType, 5> lists = {{{ValueType::text_list, ValueType::text},
                                            {ValueType::choice_list, ValueType::choice},
                                            {ValueType::unit_list, ValueType::unit},
                                            {ValueType::path_list, ValueType::path},
                                            {ValueType::url, ValueType::text}}};

}  // namespace

const ScalarForm& scalar_form(ValueType type) {
  const auto list = std::ranges::find(lists, type, &ListType::list);
  const auto found = std::ranges::find(forms, list == lists.end() ? type : list->item, &ScalarForm::type);
  if (found == forms.end()) throw std::logic_error("a section or the pipeline has no scalar form");
  return *found;
}

namespace {

/// Of our patterns none names a class of characters that a locale sorts alike. Standard traits ask the locale for that
/// all the same, of each of 256 characters for each bracket: longer than all the rest of reading a policy.
struct WithoutLocale : std::regex_traits<char> {
  template <class Iterator>
  std::string transform_primary(Iterator, Iterator) const {
    return {};
  }
};
using Pattern = std::basic_regex<char, WithoutLocale>;

const Pattern& compiled(std::string_view pattern) {
  thread_local std::map<std::string, Pattern, std::less<>> known;
  const auto found = known.find(pattern);
  if (found != known.end()) return found->second;
  return known.emplace(pattern, Pattern(pattern.begin(), pattern.end())).first->second;
}

}  // namespace

bool matches(std::string_view pattern, const std::string& text) {
  constexpr std::size_t longest = 4096;  // std::regex recurses once per character
  if (text.size() > longest) return false;
  return pattern.empty() || std::regex_match(text, compiled(pattern));
}

}  // namespace orchestrate
