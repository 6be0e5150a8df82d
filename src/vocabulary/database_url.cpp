#include "orchestrate/database_url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

[[noreturn]] void refuse(std::string why,
                         std::string hint = "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE") {
  throw Error(ErrorKind::policy, "read the database URL", std::move(why), std::move(hint));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { literal, space };

std::string decoded(std::string_view text, Plus plus) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      result += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else if (text[i] == '+' && plus == Plus::space) {
      result += ' ';
    } else {
      result += text[i];
    }
  }
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// Query parameters and conninfo keys that name a part of the address win over the URL's own part, as in libpq.
void take_option(DatabaseUrl& url, std::string name, std::string value) {
  if (name == "host" || name == "hostaddr")
    url.host = std::move(value);
  else if (name == "port")
    url.port = std::move(value);
  else if (name == "user")
    url.user = std::move(value);
  else if (name == "password")
    url.password = Secret(std::move(value));
  else if (name == "dbname" || name == "database")
    url.database = std::move(value);
  else
    url.options.emplace_back(std::move(name), std::move(value));
}

void take_query(DatabaseUrl& url, std::string_view query, Plus plus) {
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) refuse("the query parameter '" + std::string(pair) + "' has no value");
    take_option(url, decoded(pair.substr(0, equals), plus), decoded(pair.substr(equals + 1), plus));
  }
}

void take_host(DatabaseUrl& url, std::string_view host) {
  if (host.find(',') != std::string_view::npos) {
    url.host = decoded(host, Plus::literal);  // several hosts; judged when the options are known
    return;
  }
  std::size_t colon = host.rfind(':');
  if (host.starts_with('[')) {
    const std::size_t bracket = host.find(']');
    if (bracket == std::string_view::npos) refuse("the host lacks its closing ]");
    url.host = std::string(host.substr(1, bracket - 1));
    colon = bracket + 1 < host.size() && host[bracket + 1] == ':' ? bracket + 1 : std::string_view::npos;
  } else {
    url.host = decoded(host.substr(0, colon), Plus::literal);
  }
  if (colon != std::string_view::npos) url.port = std::string(host.substr(colon + 1));
}

void check(const DatabaseUrl& url) {
  if (!std::ranges::all_of(url.port, [](unsigned char c) { return std::isdigit(c) || c == ','; }))
    refuse("the port is not a number", "percent-encode @ : / % # in the password (%40 %3A %2F %25 %23)");
  if (url.host.find(',') != std::string::npos && !url.option("target_session_attrs"))
    refuse("it names several hosts without target_session_attrs", "add ?target_session_attrs=read-write");
  if (url.database.empty()) refuse("it names no database");
}

DatabaseUrl from_url(std::string_view scheme, std::string_view rest) {
  DatabaseUrl url;
  const std::size_t plus = scheme.find('+');
  if (plus != std::string_view::npos) url.driver = std::string(scheme.substr(plus + 1));
  const std::string_view dialect = scheme.substr(0, plus);
  if (dialect != "postgresql" && dialect != "postgres")
    refuse("'" + std::string(dialect) + "' is not PostgreSQL", "only postgresql:// URLs can be migrated");

  const std::size_t query = rest.find('?');
  std::string_view address = rest.substr(0, query);
  // As SQLAlchemy and libpq do: the last @ ends the userinfo, the first : inside it ends the user.
  const std::size_t at = address.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view userinfo = address.substr(0, at);
    const std::size_t colon = userinfo.find(':');
    url.user = decoded(userinfo.substr(0, colon), Plus::literal);
    if (colon != std::string_view::npos) url.password = Secret(decoded(userinfo.substr(colon + 1), Plus::literal));
    address.remove_prefix(at + 1);
  }
  const std::size_t slash = address.find('/');
  take_host(url, address.substr(0, slash));
  if (slash != std::string_view::npos) url.database = decoded(address.substr(slash + 1), Plus::literal);
  if (query != std::string_view::npos)
    take_query(url, rest.substr(query + 1), url.driver.empty() ? Plus::literal : Plus::space);
  return url;
}

/// libpq's `key=value key='va lue'` form.
DatabaseUrl from_conninfo(std::string_view text) {
  DatabaseUrl url;
  std::size_t i = 0;
  const auto skip_space = [&] {
    while (i < text.size() && std::isspace(static_cast<unsigned char>(text[i]))) ++i;
  };
  for (skip_space(); i < text.size(); skip_space()) {
    const std::size_t equals = text.find('=', i);
    if (equals == std::string_view::npos) refuse("it is neither a URL nor key=value text");
    std::string key(text.substr(i, equals - i)), value;
    while (!key.empty() && key.back() == ' ') key.pop_back();
    i = equals + 1;
    skip_space();
    const bool quoted = i < text.size() && text[i] == '\'';
    if (quoted) ++i;
    while (i < text.size() && (quoted ? text[i] != '\'' : !std::isspace(static_cast<unsigned char>(text[i])))) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      value += text[i++];
    }
    if (quoted && i++ >= text.size()) refuse("a quoted value lacks its closing quote");
    take_option(url, std::move(key), std::move(value));
  }
  return url;
}

std::string conninfo_quoted(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// What libpq 15 knows of what may stand in a query string (PQconndefaults); drivers have options of their own.
constexpr std::array<std::string_view, 24> libpq_options = {"sslmode",
                                                            "sslcert",
                                                            "sslkey",
                                                            "sslrootcert",
                                                            "sslcrl",
                                                            "sslcrldir",
                                                            "sslsni",
                                                            "sslcompression",
                                                            "ssl_min_protocol_version",
                                                            "ssl_max_protocol_version",
                                                            "channel_binding",
                                                            "gssencmode",
                                                            "krbsrvname",
                                                            "gsslib",
                                                            "connect_timeout",
                                                            "target_session_attrs",
                                                            "options",
                                                            "passfile",
                                                            "keepalives",
                                                            "keepalives_idle",
                                                            "keepalives_interval",
                                                            "keepalives_count",
                                                            "tcp_user_timeout",
                                                            "service"};

}  // namespace

DatabaseUrl DatabaseUrl::parse(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  if (text.empty()) refuse("it is empty");
  const std::size_t scheme = text.find("://");
  DatabaseUrl url = scheme == std::string_view::npos ? from_conninfo(text)
                                                     : from_url(text.substr(0, scheme), text.substr(scheme + 3));
  check(url);
  return url;
}

std::string DatabaseUrl::redacted() const {
  std::string text = "postgresql://";
  if (!user.empty()) text += user + (password.empty() ? "@" : ":***@");
  if (host.starts_with('/')) return text + "/" + database + "?host=" + host + (port.empty() ? "" : "&port=" + port);
  return text + host + (port.empty() ? "" : ":" + port) + "/" + database;
}

std::string DatabaseUrl::conninfo() const {
  std::string text;
  const auto add = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (!text.empty()) text += ' ';
    text += std::string(key) + "=" + conninfo_quoted(value);
  };
  add("host", host);
  add("port", port);
  add("user", user);
  add("dbname", database);
  for (const auto& [name, value] : options)
    if (std::ranges::find(libpq_options, name) != libpq_options.end()) add(name, value);
  return text;
}

std::optional<std::string> DatabaseUrl::option(std::string_view name) const {
  const auto found = std::ranges::find(options, name, &std::pair<std::string, std::string>::first);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

}  // namespace orchestrate
