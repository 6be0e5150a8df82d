#include "orchestrate/database_url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "conninfo.hpp"

namespace orchestrate {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view encode_hint = "percent-encode : / @ ? # % in user and password (%3A %2F %40 %3F %23 %25)";

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { literal, space };

/// A `%` that begins no byte stays, as in Python.
std::string decoded(std::string_view text, Plus plus = Plus::literal) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool byte =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (byte) {
      result += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      if (result.back() == '\0') refuse_database_url("it holds a zero byte (%00)");
      i += 2;
    } else {
      result += text[i] == '+' && plus == Plus::space ? ' ' : text[i];
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
  if (value.empty()) return;
  if (name == "host")
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

/// SQLAlchemy reads `+` in a query as a space, libpq as itself.
void take_query(DatabaseUrl& url, std::string_view query) {
  const Plus plus = url.driver.empty() ? Plus::literal : Plus::space;
  std::size_t hosts = 0;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == npos) refuse_database_url("a query parameter has no value", "write ?NAME=VALUE&NAME=VALUE");
    std::string name = decoded(pair.substr(0, equals), plus);
    if (name == "host" && ++hosts > 1)
      refuse_database_url("it names several hosts", "write them as host=A,B&port=1,2&target_session_attrs=read-write");
    take_option(url, std::move(name), decoded(pair.substr(equals + 1), plus));
  }
}

struct HostPort {
  std::string host;
  std::string_view port;
};

HostPort host_port(std::string_view text) {
  std::size_t colon = text.find(':');
  std::string_view host = text.substr(0, colon);
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == npos || bracket == 1) refuse_database_url("the IPv6 host lacks its closing ]");
    host = text.substr(1, bracket - 1);
    colon = bracket + 1;
    if (colon == text.size())
      colon = npos;
    else if (text[colon] != ':')
      refuse_database_url("something stands between the IPv6 host and its port", std::string(encode_hint));
  }
  if (host.find('@') != npos) refuse_database_url("it has more than one @", std::string(encode_hint));
  return {decoded(host), colon == npos ? std::string_view() : text.substr(colon + 1)};
}

/// libpq's `HOST:PORT,HOST:PORT` becomes a list of hosts and one of ports.
void take_hosts(DatabaseUrl& url, std::string_view text) {
  std::string hosts, ports;
  for (const std::string_view part : split(text, ',')) {
    const auto [host, port] = host_port(part);
    const std::string_view comma = part.data() == text.data() ? "" : ",";
    hosts.append(comma).append(host);
    ports.append(comma).append(port);
  }
  url.host = std::move(hosts);
  url.port = std::move(ports);
}

/// The `USER:PASSWORD@` at the front, as SQLAlchemy finds it: the password goes on to the first @, whatever is in it.
/// libpq lets the first / end it; where both readings are possible, neither is taken.
std::size_t userinfo_size(std::string_view rest) {
  const std::size_t at = rest.find('@');
  const std::size_t slash = rest.find('/'), colon = rest.find(':');
  if (at == npos || slash > at) return at;
  if (colon > slash) return npos;  // the @ stands in the path or the query
  if (is_digits(rest.substr(colon + 1, slash - colon - 1)))
    refuse_database_url("it can be read in two ways, for a / stands before the @", std::string(encode_hint));
  return at;
}

void take_userinfo(DatabaseUrl& url, std::string_view userinfo) {
  const std::size_t colon = userinfo.find(':');
  url.user = decoded(userinfo.substr(0, colon));
  if (colon != npos) url.password = Secret(decoded(userinfo.substr(colon + 1)));
}

DatabaseUrl from_url(std::string_view scheme, std::string_view rest) {
  DatabaseUrl url;
  const std::size_t plus = scheme.find('+');
  if (plus != npos) url.driver = std::string(scheme.substr(plus + 1));
  const std::string_view dialect = scheme.substr(0, plus);
  if (dialect != "postgresql" && dialect != "postgres")
    refuse_database_url("'" + std::string(dialect) + "' is not PostgreSQL", "only postgresql:// URLs can be migrated");

  if (const std::size_t size = userinfo_size(rest); size != npos) {
    take_userinfo(url, rest.substr(0, size));
    rest.remove_prefix(size + 1);
  }
  const std::size_t query = rest.find('?');
  const std::string_view address = rest.substr(0, query);
  const std::size_t slash = address.find('/');
  take_hosts(url, address.substr(0, slash));
  if (slash != npos) url.database = decoded(address.substr(slash + 1));
  if (query != npos) take_query(url, rest.substr(query + 1));
  return url;
}

void check(const DatabaseUrl& url) {
  for (const std::string_view port : split(url.port, ',')) {
    unsigned number = 1;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool good = port.empty() || (is_digits(port) && error == std::errc() && number >= 1 && number <= 65535);
    if (!good) refuse_database_url("the port is no number from 1 to 65535", std::string(encode_hint));
  }
  if (url.host.find(',') != npos && !url.option("target_session_attrs"))
    refuse_database_url("it names several hosts without target_session_attrs", "add ?target_session_attrs=read-write");
  if (url.database.empty()) refuse_database_url("it names no database");
}

bool is_scheme(std::string_view text) {
  const auto in_scheme = [](unsigned char c) {
    return std::isalnum(c) || c == '+' || c == '_' || c == '-' || c == '.';
  };
  return !text.empty() && std::ranges::all_of(text, in_scheme);
}

}  // namespace

DatabaseUrl DatabaseUrl::parse(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  if (text.empty()) refuse_database_url("it is empty");
  const std::size_t colon = text.find("://");
  DatabaseUrl url;
  if (colon != npos && is_scheme(text.substr(0, colon))) {
    url = from_url(text.substr(0, colon), text.substr(colon + 3));
  } else {
    for (auto& [name, value] : parse_conninfo(text)) take_option(url, std::move(name), std::move(value));
  }
  check(url);
  return url;
}

std::string DatabaseUrl::redacted() const {
  std::string text = "postgresql://";
  if (!user.empty()) text += user + (password.empty() ? "@" : ":***@");
  if (host.starts_with('/')) return text + "/" + database + "?host=" + host + (port.empty() ? "" : "&port=" + port);
  const bool ipv6 = host.find(':') != std::string::npos;
  return text + (ipv6 ? "[" + host + "]" : host) + (port.empty() ? "" : ":" + port) + "/" + database;
}

std::optional<std::string> DatabaseUrl::option(std::string_view name) const {
  const auto found = std::ranges::find(options, name, &std::pair<std::string, std::string>::first);
  if (found == options.end()) return std::nullopt;
  return found->second;
}

}  // namespace orchestrate
