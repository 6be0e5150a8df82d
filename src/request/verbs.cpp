#include "request/verbs.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

constexpr std::array<std::string_view, 4> apply_options = {"request-id", "target", "override-window", "reason"};
constexpr std::array<std::string_view, 5> downgrade_options = {"request-id", "target", "confirm", "override-window",
                                                               "reason"};
constexpr std::array<std::string_view, 3> stamp_options = {"request-id", "revisions", "reason"};
constexpr std::array<std::string_view, 3> restore_options = {"request-id", "backup", "confirm"};
constexpr std::array<std::string_view, 4> rollback_options = {"request-id", "target", "confirm", "code"};
constexpr std::array<std::string_view, 2> rehearse_options = {"request-id", "target"};
constexpr std::array<std::string_view, 1> restart_options = {"request-id"};
constexpr std::array<std::string_view, 2> resume_options = {"request-id", "run"};

using On = RequestVerb::On;
constexpr std::array verbs = {
    RequestVerb{"apply", Right::apply, On::app, apply_options},
    RequestVerb{"downgrade", Right::restore, On::app, downgrade_options},
    RequestVerb{"stamp", Right::restore, On::app, stamp_options},
    RequestVerb{"restore", Right::restore, On::app, restore_options},
    RequestVerb{"rollback", Right::restore, On::app, rollback_options},
    RequestVerb{"rehearse", Right::apply, On::app, rehearse_options},
    RequestVerb{"adopt", Right::restore, On::app, rehearse_options},
    RequestVerb{"drift", Right::apply, On::app, restart_options},
    RequestVerb{"restart", Right::apply, On::app, restart_options},
    RequestVerb{"resume", Right::apply, On::run, resume_options},
};

constexpr std::size_t longest_text = 4096, most_texts = 64;
constexpr std::string_view flag = "override-window", list = "revisions";

bool is_text(const Json& json) {
  if (!json.is_string() || json.as_string().size() > longest_text) return false;
  return std::ranges::none_of(json.as_string(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

bool is_list(const Json& json) {
  return json.is_array() && json.as_array().size() <= most_texts && std::ranges::all_of(json.as_array(), is_text);
}

bool has_its_type(std::string_view name, const Json& json) {
  if (name == flag) return json.is_bool();
  if (name == list) return is_list(json);
  return is_text(json);
}

}  // namespace

std::string action_of(Right right) {
  static constexpr std::array<std::string_view, 3> names = {"read", "apply", "restore"};
  return "org.orchestrate." + std::string(names[static_cast<std::size_t>(right)]);
}

const RequestVerb& request_verb(std::string_view name) {
  const auto found = std::ranges::find(verbs, name, &RequestVerb::name);
  if (found != verbs.end()) return *found;
  std::string known;
  for (const RequestVerb& verb : verbs) known += fmt::format("{}{}", known.empty() ? "" : ", ", verb.name);
  throw Error(ErrorKind::usage, "start a run", "no verb of that name", "one of " + known);
}

void check_options(const RequestVerb& verb, const Json& options) {
  const std::string doing = fmt::format("start {}", verb.name);
  for (const auto& [name, value] : options.as_object()) {
    if (std::ranges::find(verb.options, name) == verb.options.end())
      throw Error(ErrorKind::usage, doing, "an option that it does not have",
                  fmt::format("it has {}", fmt::join(verb.options, ", ")));
    if (!has_its_type(name, value))
      throw Error(ErrorKind::usage, doing, "option " + name + " is of the wrong type, too long, or not printable");
  }
  if (verb.on == On::run && options.text_or("run").empty())
    throw Error(ErrorKind::usage, doing, "option run is missing");
}

void check_app_name(std::string_view app) {
  if (!is_app_name(app))
    throw Error(ErrorKind::usage, "find the app", "that is no name of an app", "orchestrate status lists the apps");
}

}  // namespace orchestrate
