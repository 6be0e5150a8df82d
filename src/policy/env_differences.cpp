#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "policy/env_file.hpp"
#include "policy/env_readers.hpp"
#include "policy/file_text.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t largest = 1024 * 1024;

std::string as_it_is(std::string_view text) {
  return std::string(text);
}

struct Reader {
  std::string_view name;
  std::string (*opened)(std::string_view text);  ///< what the reader's program sees of the file
  EnvReading (*read)(std::string_view text);
};
constexpr std::array<Reader, 3> readers = {{{"systemd", as_it_is, read_as_systemd},
                                            {"python-dotenv", with_unix_lines, read_as_dotenv},
                                            {"a shell", as_it_is, read_as_shell}}};

/// What one reader makes of one variable in the end.
struct View {
  std::optional<std::string> value;
  std::string note = "does not set it";
  bool operator==(const View&) const = default;
};
using Views = std::array<View, readers.size()>;

std::size_t count(std::string_view text, char c) {
  return static_cast<std::size_t>(std::ranges::count(text, c));
}

struct Way {
  std::string_view words;
  bool (*applies)(std::string_view value, std::string_view other);
};

// The way in which a reader's value differs from another's, told without either; the first that applies.
constexpr std::array<Way, 9> ways = {{
    {"reads it as empty", [](auto value, auto) { return value.empty(); }},
    {"keeps a carriage return", [](auto value, auto other) { return count(value, '\r') > count(other, '\r'); }},
    {"keeps an inline comment",
     [](auto value, auto other) { return value.starts_with(other) && value.find('#', other.size()) != value.npos; }},
    {"does not expand ${NAME}", [](auto value, auto other) { return count(value, '$') > count(other, '$'); }},
    {"expands a $", [](auto value, auto other) { return count(value, '$') < count(other, '$'); }},
    {"keeps quotes",
     [](auto value, auto other) {
       return count(value, '"') + count(value, '\'') > count(other, '"') + count(other, '\'');
     }},
    {"drops quotes",
     [](auto value, auto other) {
       return count(value, '"') + count(value, '\'') < count(other, '"') + count(other, '\'');
     }},
    {"keeps backslashes", [](auto value, auto other) { return count(value, '\\') > count(other, '\\'); }},
    {"drops backslashes", [](auto value, auto other) { return count(value, '\\') < count(other, '\\'); }},
}};

std::string way(const View& view, const View& other) {
  if (!view.value) return view.note;
  if (!other.value) return "sets it";
  const auto found = std::ranges::find_if(ways, [&](const Way& w) { return w.applies(*view.value, *other.value); });
  return std::string(found == ways.end() ? "reads another value" : found->words);
}

/// The odd one out is named; when all three differ, each against `usual`.
std::string difference(const Views& views, std::size_t usual) {
  for (std::size_t odd = 0; odd < views.size(); ++odd) {
    const std::size_t one = (odd + 1) % views.size(), two = (odd + 2) % views.size();
    if (views[one] == views[two])
      return fmt::format("{} {}, unlike {} and {}", readers[odd].name, way(views[odd], views[one]),
                         readers[std::min(one, two)].name, readers[std::max(one, two)].name);
  }
  std::string text;
  for (std::size_t i = 0; i < views.size(); ++i)
    if (i != usual)
      text += fmt::format("{}{} {}", text.empty() ? "" : "; ", readers[i].name, way(views[i], views[usual]));
  return text + fmt::format("; all unlike {}", readers[usual].name);
}

bool all_agree(const Views& views) {
  return std::ranges::all_of(views, [&](const View& view) { return view == views.front(); });
}

struct Variable {
  std::string name;
  int line = 0;  ///< of the last assignment
  Views views;
};
using Variables = std::map<std::string, Variable, std::less<>>;

void add_reading(Variables& variables, std::size_t reader, std::string_view file) {
  const std::string text = readers[reader].opened(file);
  std::size_t counted = 0;
  int line = 1;
  for (EnvAssignment& seen : readers[reader].read(text).assignments) {
    line += static_cast<int>(count(std::string_view(text).substr(counted, seen.offset - counted), '\n'));
    counted = seen.offset;
    Variable& variable = variables[seen.name];
    variable.name = seen.name;
    variable.line = std::max(variable.line, line);
    variable.views[reader] = View{seen.value, seen.value ? "" : seen.note};
  }
}

std::vector<Variable> variables_of(std::string_view file) {
  Variables by_name;
  for (std::size_t reader = 0; reader < readers.size(); ++reader) add_reading(by_name, reader, file);
  std::vector<Variable> variables;
  for (auto& [name, variable] : by_name) variables.push_back(std::move(variable));
  std::ranges::stable_sort(variables, {}, &Variable::line);
  return variables;
}

}  // namespace

std::vector<EnvDifference> env_differences(const EnvFile& file) {
  const std::string text = read_file_text("read the env file", file.path, largest).text;
  const std::size_t usual = file.dialect == Dialect::systemd ? 0 : 1;
  std::vector<EnvDifference> differences;
  for (const Variable& variable : variables_of(text))
    if (!all_agree(variable.views))
      differences.push_back({variable.name, variable.line, difference(variable.views, usual)});
  return differences;
}

}  // namespace orchestrate
