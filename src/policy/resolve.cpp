#include "policy/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orchestrate/error.hpp"
#include "policy/url_template.hpp"

namespace orchestrate {
namespace {

/// Fills one URL of the policy; every error says which.
class UrlFiller {
 public:
  UrlFiller(const Policy& policy, const Environment& environment, std::string_view key)
      : policy_(policy), environment_(environment), key_(key) {}

  DatabaseUrl url(const UrlTemplate& written) const {
    const auto* parts = std::get_if<UrlTemplate::Parts>(&written.form);
    return parts ? from_parts(*parts) : from_text(std::get<std::string>(written.form));
  }

 private:
  DatabaseUrl from_text(const std::string& text) const {
    const std::string url = filled(text);
    try {
      return DatabaseUrl::parse(url);
    } catch (const Error& error) {
      throw Error(ErrorKind::policy, doing(), fmt::format("{}: {}", text, error.why()), error.hint());
    }
  }

  /// Parts are not parsed again, so a password may hold any character.
  DatabaseUrl from_parts(const UrlTemplate::Parts& parts) const {
    DatabaseUrl url;
    url.driver = parts.driver;
    url.user = filled(parts.user);
    url.password = Secret(filled(parts.password));
    url.host = filled(parts.host);
    url.port = filled(parts.port);
    url.database = filled(parts.name);
    if (!std::ranges::all_of(url.port, [](char c) { return c >= '0' && c <= '9'; }))
      throw Error(ErrorKind::policy, doing(), "the port is not a number", fmt::format("check {}", parts.port));
    if (url.database.empty())
      throw Error(ErrorKind::policy, doing(), "it names no database", fmt::format("set {}", parts.name));
    if (url.host.find(',') != std::string::npos)
      throw Error(ErrorKind::policy, doing(), "it names several hosts", "write one host");
    return url;
  }

  std::string filled(const std::string& text) const {
    std::string result;
    for (const TemplatePiece& piece : template_pieces(text))
      result += piece.kind == TemplatePiece::Kind::variable ? value_of(piece.text) : piece.text;
    return result;
  }

  const std::string& value_of(const std::string& name) const {
    const auto found = std::ranges::find(environment_, name, &Environment::value_type::first);
    if (found == environment_.end()) throw Error(ErrorKind::policy, doing(), missing(name), fix(name));
    if (found->second.empty())
      throw Error(ErrorKind::policy, doing(), fmt::format("{} is empty{}", name, in_env_file()),
                  "give it a value, or leave it out of the policy");
    return found->second.reveal();
  }

  std::string doing() const { return fmt::format("resolve migrations.{}", key_); }
  std::string in_env_file() const {
    const auto& file = policy_.project.env_file;
    return file ? fmt::format(" in {}", file->path.string()) : "";
  }
  std::string missing(const std::string& name) const {
    if (policy_.project.env_file) return fmt::format("{} is not set{}", name, in_env_file());
    return fmt::format("{} is not set, for the policy names no env file", name);
  }
  std::string fix(const std::string& name) const {
    if (policy_.project.env_file)
      return fmt::format("add a line {}=... there, or correct the name in the policy", name);
    return "add project.env_file to the policy";
  }

  const Policy& policy_;
  const Environment& environment_;
  std::string_view key_;
};

std::string single_variable(const UrlTemplate& url) {
  const auto* text = std::get_if<std::string>(&url.form);
  const auto pieces = text ? template_pieces(*text) : std::vector<TemplatePiece>();
  const bool single = pieces.size() == 1 && pieces.front().kind == TemplatePiece::Kind::variable;
  return single ? pieces.front().text : std::string();
}

std::vector<std::string> variables_of(const UrlTemplate& url) {
  std::vector<std::string> texts;
  if (const auto* parts = std::get_if<UrlTemplate::Parts>(&url.form))
    texts = {parts->user, parts->password, parts->host, parts->port, parts->name};
  else
    texts = {std::get<std::string>(url.form)};
  std::vector<std::string> names;
  for (const std::string& text : texts)
    for (const TemplatePiece& piece : template_pieces(text))
      if (piece.kind == TemplatePiece::Kind::variable) names.push_back(piece.text);
  return names;
}

}  // namespace

Application resolve(Policy policy, Environment environment) {
  const Migrations& migrations = policy.migrations;
  DatabaseUrl database = UrlFiller(policy, environment, "database_url").url(migrations.database_url);
  std::optional<DatabaseUrl> direct;
  if (migrations.direct_url) direct = UrlFiller(policy, environment, "direct_url").url(*migrations.direct_url);
  std::optional<DatabaseUrl> admin;
  if (migrations.admin_url) admin = UrlFiller(policy, environment, "admin_url").url(*migrations.admin_url);
  std::string variable = single_variable(migrations.database_url);
  std::vector<std::string> variables = variables_of(migrations.database_url);
  return {.policy = std::move(policy),
          .environment = std::move(environment),
          .database = std::move(database),
          .direct = std::move(direct),
          .admin = std::move(admin),
          .database_variable = std::move(variable),
          .database_variables = std::move(variables)};
}

}  // namespace orchestrate
