#include "conninfo.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrate/database_url.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// As conninfo_parse in libpq: white space around `=`, single quotes around the whole value, backslash escapes.
class ConninfoReader {
 public:
  explicit ConninfoReader(std::string_view text) : text_(text) {}

  std::vector<std::pair<std::string, std::string>> read() {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (skip_space(); at_ < text_.size(); skip_space()) {
      std::string key = read_key();
      pairs.emplace_back(std::move(key), read_value());
    }
    return pairs;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::string read_key() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (std::islower(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    std::string key(text_.substr(start, at_ - start));
    skip_space();
    if (key.empty() || at_ >= text_.size() || text_[at_] != '=')
      refuse_database_url("it is neither a URL nor key=value text");
    ++at_;
    skip_space();
    return key;
  }

  std::string read_value() {
    const bool quoted = at_ < text_.size() && text_[at_] == '\'';
    if (quoted) ++at_;
    std::string value;
    while (at_ < text_.size() && (quoted ? text_[at_] != '\'' : !is_space(text_[at_]))) {
      if (text_[at_] == '\\') ++at_;
      if (at_ < text_.size()) value += text_[at_++];
    }
    if (quoted && at_ >= text_.size()) refuse_database_url("a quoted value lacks its closing quote");
    if (quoted) ++at_;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string conninfo_quoted(std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// What libpq 15 knows (PQconndefaults) and a policy may mean; drivers have options of their own.
constexpr std::array<std::string_view, 25> libpq_options = {"hostaddr",
                                                            "sslmode",
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

constexpr std::array<std::string_view, 6> ssl_modes = {"disable", "allow",     "prefer",
                                                       "require", "verify-ca", "verify-full"};

/// asyncpg's (and JDBC's) `ssl=`, so that our own sessions are encrypted where the application's are.
std::string ssl_mode(const DatabaseUrl& url) {
  const auto ssl = url.option("ssl");
  if (!ssl || url.option("sslmode")) return {};
  if (*ssl == "true" || *ssl == "True" || *ssl == "1") return "require";
  return std::ranges::find(ssl_modes, *ssl) == ssl_modes.end() ? "" : *ssl;
}

}  // namespace

void refuse_database_url(std::string why, std::string hint) {
  throw Error(ErrorKind::policy, "read the database URL", std::move(why), std::move(hint));
}

std::vector<std::pair<std::string, std::string>> parse_conninfo(std::string_view text) {
  return ConninfoReader(text).read();
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
  add("sslmode", ssl_mode(*this));
  return text;
}

}  // namespace orchestrate
