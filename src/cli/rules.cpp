#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "orchestrate/error.hpp"
#include "policy/near.hpp"
#include "render/json.hpp"
#include "review/rule.hpp"

namespace orchestrate::cli {
namespace {

constexpr std::size_t width = 100;

std::string filled(std::string_view text, std::string_view indent) {
  std::string lines, line(indent);
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const bool is_first = line.size() == indent.size();
    if (!is_first && line.size() + 1 + word.size() > width) {
      lines += line + "\n";
      line = indent;
    }
    line += (line.size() == indent.size() ? "" : " ") + word;
  }
  return lines + line + "\n";
}

std::string indented(std::string_view text) {
  std::string lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines += "    " + line + "\n";
  return lines;
}

std::string example_text(std::string_view title, const Example& example) {
  std::string text;
  if (!example.alembic.empty()) text += fmt::format("\n  {}, in upgrade():\n{}", title, indented(example.alembic));
  if (!example.sql.empty()) text += fmt::format("\n  {}, in SQL:\n{}", title, indented(example.sql));
  return text;
}

std::string page(const Rule& rule) {
  std::string text = fmt::format("{} ({}): {}\n\n{}", rule.id, rule.category, rule.summary, filled(rule.why, "  "));
  text += example_text("instead of", rule.bad) + example_text("better", rule.good);
  if (rule.needs != Needs::run)
    text +=
        fmt::format("\n  accepted beside the line with: # orchestrate: allow {} -- why it is right here\n", rule.id);
  else if (rule.category != "advice")  // which needs no acceptance
    text += fmt::format("\n  accepted on the host with: orchestrate approve APP REVISION:{}\n", rule.id);
  return text;
}

Json to_json(const Example& example) {
  return Json::object({{"alembic", example.alembic}, {"sql", example.sql}});
}

Json to_json(const Rule& rule) {
  return Json::object({{"id", rule.id},
                       {"category", rule.category},
                       {"summary", rule.summary},
                       {"why", rule.why},
                       {"needs", to_string(rule.needs)},
                       {"bad", to_json(rule.bad)},
                       {"good", to_json(rule.good)}});
}

const Rule& rule_named(const std::string& id) {
  const auto all = review_rules();
  const auto found = std::ranges::find(all, id, &Rule::id);
  if (found != all.end()) return *found;
  std::vector<std::string_view> ids;
  for (const Rule& rule : all) ids.push_back(rule.id);
  const std::string_view near = nearest(id, ids);
  throw Error(ErrorKind::usage, "show the rule " + id, "there is none of that name",
              near.empty() ? "orchestrate rules lists them" : fmt::format("did you mean {}?", near));
}

}  // namespace

int rules(const Arguments& arguments) {
  if (!arguments.rule.empty()) {
    const Rule& rule = rule_named(arguments.rule);
    write(stdout, arguments.format == Format::json ? to_pretty_text(to_json(rule)) + "\n" : page(rule));
    return 0;
  }
  if (arguments.format != Format::json) {
    for (const Rule& rule : review_rules())
      write(stdout, fmt::format("{:<31} {:<14} {}\n", rule.id, rule.category, rule.summary));
    return 0;
  }
  Json listed = Json::array();
  for (const Rule& rule : review_rules()) listed.push(to_json(rule));
  write(stdout, to_pretty_text(Json::object({{"schema_version", json_schema_version}, {"rules", listed}})) + "\n");
  return 0;
}

}  // namespace orchestrate::cli
