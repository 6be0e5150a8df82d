#include "stages/probe.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "stages/project_command.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto answer_limit = 5s;
constexpr auto command_limit = 30s;

constexpr std::array<Key, 3> keys = {{
    {.name = "http",
     .type = ValueType::text,
     .purpose = "A URL that must be answered with 2xx; plain http, redirects are not followed.",
     .pattern = R"(http://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!-"$-~]*)?)",
     .form = "a URL such as http://127.0.0.1:8080/health (for https use a command: [curl, --fail, --silent, URL])"},
    {.name = "tcp",
     .type = ValueType::text,
     .purpose = "HOST:PORT or the path of a unix socket that must accept a connection.",
     .pattern = R"(([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}|/[!-~]{1,106})",
     .form = "HOST:PORT, or the absolute path of a unix socket"},
    {.name = "command",
     .type = ValueType::text_list,
     .purpose = "A command that must exit with 0; it runs as the policy's user in project.path."},
}};

constexpr std::string_view scheme = "http://";
constexpr int default_port = 80;
constexpr int highest_port = 65535;

/// HOST, HOST:PORT or [HOST]:PORT, as the keys' patterns let it through.
struct HostAndPort {
  std::string_view host;
  int port = default_port;
};

HostAndPort split(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  HostAndPort parts{text.substr(0, has_port ? colon : text.size())};
  if (has_port) std::from_chars(text.data() + colon + 1, text.data() + text.size(), parts.port);
  if (parts.host.starts_with('[')) parts.host = parts.host.substr(1, parts.host.size() - 2);
  return parts;
}

Endpoint endpoint(std::string_view text) {
  if (text.starts_with('/')) return {std::string(text), 0};
  const HostAndPort parts = split(text);
  return {std::string(parts.host), static_cast<std::uint16_t>(parts.port)};
}

std::string_view authority(std::string_view url) {
  url.remove_prefix(scheme.size());
  return url.substr(0, url.find('/'));
}

Probe::Http http(const std::string& url) {
  const std::string_view server = authority(url);
  std::string target = url.substr(scheme.size() + server.size());
  if (target.empty()) target = "/";
  return {endpoint(server), std::move(target)};
}

bool is_no_port(std::string_view authority) {
  const int port = split(authority).port;
  return port < 1 || port > highest_port;
}

Task<std::string> ask(StageContext& context, Probe::Http asked) {
  const int status = co_await context.ports.network.http_get(asked.server, asked.target, answer_limit, context.stop);
  const bool passed = status >= 200 && status < 300;
  if (passed) co_return "";
  co_return fmt::format("HTTP {}", status);
}

Task<std::string> ask(StageContext& context, Probe::Tcp asked) {
  co_await context.ports.network.connect(asked.server, answer_limit, context.stop);
  co_return "";
}

Task<std::string> ask(StageContext& context, Argv asked) {
  Command command = project_command(context.application, std::move(asked));
  command.timeout = command_limit;
  command.log = context.output;
  const Exit exit = co_await context.ports.commands.run(std::move(command), context.stop);
  if (exit.ok()) co_return "";
  co_return exit.text();
}

}  // namespace

std::span<const Key> probe_keys() {
  return keys;
}

std::vector<std::string> probe_problems(const Settings& section) {
  const auto named = std::ranges::count_if(keys, [&](const Key& key) { return section.has(key.name); });
  if (named != 1) return {"'probe' needs exactly one of 'http', 'tcp' and 'command'"};
  if (section.has("command") && section.texts("command").empty()) return {"'command' must name at least one"};
  if (section.has("http") && is_no_port(authority(section.text("http"))))
    return {fmt::format("'http' names a port that is none: {}", section.text("http"))};
  if (section.has("tcp") && !section.text("tcp").starts_with('/') && is_no_port(section.text("tcp")))
    return {fmt::format("'tcp' names a port that is none: {}", section.text("tcp"))};
  return {};
}

Probe probe_from(const Settings& section) {
  if (section.has("http")) return {section.text("http"), http(section.text("http"))};
  if (section.has("tcp")) return {section.text("tcp"), Probe::Tcp{endpoint(section.text("tcp"))}};
  return {section.texts("command").front(), section.texts("command")};
}

Task<std::string> probe_failure(StageContext& context, Probe probe) {
  try {
    Task<std::string> answer = std::visit([&](auto& asked) { return ask(context, asked); }, probe.asked);
    co_return co_await std::move(answer);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    co_return error.why();
  }
}

}  // namespace orchestrate
