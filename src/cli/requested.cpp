#include "cli/requested.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

#include "orchestrate/app.hpp"
#include "system/user.hpp"

namespace orchestrate::cli {
namespace {

/// An option that is a text, and where it stands when it is typed.
struct TextOption {
  std::string_view name;
  std::string Arguments::* value;
};
constexpr std::array texts = {TextOption{"target", &Arguments::target},     TextOption{"reason", &Arguments::reason},
                              TextOption{"confirm", &Arguments::confirmed}, TextOption{"run", &Arguments::run},
                              TextOption{"backup", &Arguments::backup},     TextOption{"code", &Arguments::code}};

bool has(const RequestVerb& verb, std::string_view option) {
  return std::ranges::find(verb.options, option) != verb.options.end();
}

std::string random_text() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

std::string name_of(uid_t uid) {
  const auto account = system::find_account(uid);
  return fmt::format("uid {} ({}, over D-Bus)", uid, account ? account->name : "unknown");
}

}  // namespace

Json options_of(const Arguments& arguments, const RequestVerb& verb) {
  Json options = Json::object({{"request-id", random_text()}});
  for (const TextOption& text : texts)
    if (has(verb, text.name) && !(arguments.*text.value).empty())
      options.set(std::string(text.name), arguments.*text.value);
  if (arguments.window == WindowRule::overridden) options.set("override-window", true);
  if (has(verb, "revisions")) options.set("revisions", Json::of(arguments.revisions));
  return options;
}

Arguments arguments_of(const Request& request) {
  const Json& options = request.options;
  Arguments arguments{.app = request.app};
  for (const TextOption& text : texts) arguments.*text.value = options.text_or(text.name);
  arguments.run = request.run;
  if (!options["revisions"].is_null()) arguments.revisions = options["revisions"].as_strings();
  if (options["override-window"] == Json(true)) arguments.window = WindowRule::overridden;
  if (options.text_or("manner") == to_string(Manner::by_force)) arguments.manner = Manner::by_force;
  arguments.doer = Doer::us;
  arguments.commission =
      Commission{.run = request.run, .by = name_of(request.uid), .request_id = {}, .unit = worker_unit(request.app)};
  if (!request.id.empty()) arguments.commission->request_id = request.id;
  return arguments;
}

}  // namespace orchestrate::cli
