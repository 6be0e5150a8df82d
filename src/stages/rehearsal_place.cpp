#include "stages/rehearsal_place.hpp"

#include <array>

#include "rehearsal/redirection.hpp"
#include "stages/command_report.hpp"
#include "stages/project_command.hpp"

namespace orchestrate {
namespace {

constexpr std::array<Key, 6> keys = {{
    {.name = "env",
     .type = ValueType::text_list,
     .purpose = "NAME=VALUE for settings that the project demands and a rehearsal must not have, such as a token.",
     .pattern = "[A-Za-z_][A-Za-z0-9_]*=[^]*",
     .form = "NAME=VALUE"},
    {.name = "url_variable",
     .type = ValueType::text,
     .purpose = "The variable that holds the URL which env.py reads, where it is not the one of database_url.",
     .pattern = "[A-Za-z_][A-Za-z0-9_]*",
     .form = "the name of a variable"},
    {.name = "url_file",
     .type = ValueType::path,
     .purpose =
         "A file of the project in which production's URL stands, such as an .ini; the copy's stands there then."},
    {.name = "writable",
     .type = ValueType::path_list,
     .purpose = "Files or directories of the host that the migrations must be able to write."},
    {.name = "disk",
     .type = ValueType::size,
     .purpose =
         "How much room the copy may take. Without it, what is free. Where all of the database is more, the copy "
         "holds a sample of its large tables."},
    {.name = "memory",
     .type = ValueType::size,
     .purpose =
         "How much memory the copy's server may take. Without it, a quarter of what is available, 64 MiB to 2 GiB."},
}};

}  // namespace

std::span<const Key> rehearsal_place_keys() {
  return keys;
}

rehearsal::Blueprint rehearsal_blueprint(const Application& application, const Settings& settings) {
  const std::string variable = settings.has("url_variable") ? settings.text("url_variable") : "";
  rehearsal::Blueprint blueprint{.redirection = rehearsal::redirection_of(application, variable)};
  if (settings.has("url_file")) blueprint.url_file = settings.text("url_file");
  if (settings.has("writable"))
    for (const std::string& path : settings.texts("writable")) blueprint.writable.emplace_back(path);
  if (settings.has("disk")) blueprint.budget.disk = settings.size("disk").bytes;
  if (settings.has("memory")) blueprint.budget.memory = settings.size("memory").bytes;
  if (settings.has("env"))
    for (const std::string& pair : settings.texts("env")) {
      const std::size_t equals = pair.find('=');
      blueprint.environment.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
  return blueprint;
}

Settings rehearsal_settings(const Policy& policy) {
  const StageSpec* spec = policy.stage_of_kind("rehearsal");
  return spec ? spec->settings : Settings();
}

Command rehearsal_command(const StageContext& context, Argv argv, std::chrono::milliseconds limit) {
  Command command = project_command(context.application, std::move(argv));
  command.timeout = limit;
  command.log = context.output;
  return command;
}

Outcome no_contact(const StageContext& context, const Exit& exit) {
  Outcome outcome = failed_command("the project did not come to the copy", exit, context.output);
  if (exit.ok()) outcome.summary = "the project did not come to the copy: it went nowhere, or not by the URL";
  outcome.details.emplace_back(
      "fix: name what holds the URL that its env.py reads: rehearsal: { url_variable: NAME } or { url_file: PATH }; "
      "what else it needs: rehearsal: { env: [NAME=VALUE] }");
  return outcome;
}

}  // namespace orchestrate
