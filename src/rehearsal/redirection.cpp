#include "rehearsal/redirection.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr std::string_view default_port = "5432", other_port = "5433";
constexpr std::string_view default_directory = "/run/postgresql";  // of Debian's libpq, by way of /var/run
/// Options of these names are about reaching production's server; others, such as a search_path, are about the session.
constexpr std::array<std::string_view, 6> about_server = {
    "ssl", "gss", "krb", "channel_binding", "require_auth", "target_session_attrs"};
constexpr std::array<std::string_view, 3> loopback = {"localhost", "127.0.0.1", "::1"};

std::string_view port_of(const DatabaseUrl& url) {
  return url.port.empty() ? default_port : std::string_view(url.port);
}

/// One that production's server does not have: who goes there in spite of all is refused, and so found out.
std::string port_beside(const DatabaseUrl& production) {
  return std::string(port_of(production) == default_port ? other_port : default_port);
}

/// Of those that make up the URL the one that holds this part of it.
std::optional<std::string> variable_with(const Application& application, std::string_view value) {
  for (const std::string& name : application.database_variables)
    for (const auto& [variable, held] : application.environment)
      if (variable == name && held.reveal() == value) return name;
  return std::nullopt;
}

/// As RFC 3986 wants it between the `:`, `/` and `@` of a URL.
std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return result;
}

bool ends_url(char c) {
  constexpr std::string_view ends = "\"'`<>{}|\\^";
  return std::isspace(static_cast<unsigned char>(c)) != 0 || ends.find(c) != std::string_view::npos;
}

/// Whether a text that looks like one means that database, whatever its driver.
bool means(std::string_view text, const DatabaseUrl& production) {
  try {
    const DatabaseUrl url = DatabaseUrl::parse(text);
    return url.host == production.host && port_of(url) == port_of(production) && url.database == production.database;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::string sqlalchemy_url(const DatabaseUrl& production, std::string_view port) {
  const std::string driver = production.driver.empty() ? "" : "+" + production.driver;
  const std::string user = production.user.empty() ? "" : encoded(production.user) + ":rehearsal@";
  std::string url = fmt::format("postgresql{}://{}127.0.0.1:{}/{}", driver, user, port, encoded(production.database));
  char separator = '?';
  for (const auto& [name, value] : production.options) {
    if (std::ranges::any_of(about_server, [&](std::string_view prefix) { return name.starts_with(prefix); })) continue;
    url += fmt::format("{}{}={}", separator, encoded(name), encoded(value));
    separator = '&';
  }
  return url;
}

Redirection redirection_of(const Application& application, std::string_view variable) {
  const DatabaseUrl& production = application.database;
  const std::string whole(variable.empty() ? application.database_variable : variable);
  Redirection redirection{.port = port_beside(production)};
  if (!whole.empty()) {
    redirection.variables.emplace_back(whole, sqlalchemy_url(production, redirection.port));
    return redirection;
  }
  const auto host = production.host.empty() ? std::nullopt : variable_with(application, production.host);
  const auto port = production.port.empty() ? std::nullopt : variable_with(application, production.port);
  if (!port) redirection.port = port_of(production);
  if (host) redirection.variables.emplace_back(*host, "127.0.0.1");
  if (host && port) redirection.variables.emplace_back(*port, redirection.port);
  if (host) return redirection;
  redirection.port = port_of(production);
  if (production.host.empty() || production.host.starts_with('/'))
    redirection.socket_directory = production.host.empty() ? default_directory : production.host;
  else if (std::ranges::find(loopback, production.host) == loopback.end())
    throw Error(ErrorKind::policy, "rehearse " + application.policy.app,
                "production's host " + production.host +
                    " stands in the policy itself, so the project cannot be told "
                    "of another one",
                "name the variable that holds the project's URL: rehearsal: { url_variable: NAME }, or the file: "
                "rehearsal: { url_file: PATH }");
  return redirection;
}

ReplacedUrls with_urls_replaced(std::string_view text, const DatabaseUrl& production, const std::string& url) {
  ReplacedUrls replaced;
  while (!text.empty()) {
    const std::size_t scheme = text.find("postgres");
    replaced.text += text.substr(0, scheme);
    if (scheme == std::string_view::npos) break;
    text.remove_prefix(scheme);
    const auto end = std::ranges::find_if(text, ends_url);
    const std::string_view word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const bool is_url = word.find("://") != std::string_view::npos && means(word, production);
    replaced.text += is_url ? std::string_view(url) : word;
    replaced.count += is_url ? 1 : 0;
    text.remove_prefix(word.size());
  }
  return replaced;
}

}  // namespace orchestrate::rehearsal
