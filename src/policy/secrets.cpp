#include <algorithm>
#include <array>
#include <cctype>

#include "orchestrate/error.hpp"
#include "policy/resolve.hpp"

namespace orchestrate {
namespace {

// Words in the names of variables that hold secrets. A wrong hit costs three asterisks in a log.
constexpr std::array<std::string_view, 12> secret_words = {"PASSWORD", "PASSWD",  "PASSPHRASE", "PWD",
                                                           "SECRET",   "TOKEN",   "KEY",        "CREDENTIAL",
                                                           "DSN",      "WEBHOOK", "COOKIE",     "SALT"};

bool sounds_secret(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto in_name = [&](std::string_view word) { return upper.find(word) != std::string::npos; };
  return std::ranges::any_of(secret_words, in_name) || upper == "PASS" || upper.ends_with("_PASS");
}

/// The password as it is written in `scheme://user:PASSWORD@...`, and decoded when the URL is one of ours.
void add_url_password(std::vector<Secret>& secrets, const std::string& value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string::npos) return;
  const std::size_t start = scheme + 3, at = value.rfind('@'), colon = value.find(':', start);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return;
  secrets.emplace_back(value);
  secrets.emplace_back(value.substr(colon + 1, at - colon - 1));
  try {
    secrets.push_back(DatabaseUrl::parse(value).password);
  } catch (const Error&) {
    return;  // another service's URL: what is written is all there is
  }
}

}  // namespace

std::vector<Secret> secrets_of(const Application& application) {
  std::vector<Secret> secrets{application.database.password};
  if (application.direct) secrets.push_back(application.direct->password);
  if (application.admin) secrets.push_back(application.admin->password);
  for (const auto& [name, value] : application.environment) {
    if (sounds_secret(name)) secrets.push_back(value);
    add_url_password(secrets, value.reveal());
  }
  std::ranges::sort(secrets, {}, &Secret::reveal);
  const auto repeated = std::ranges::unique(secrets);
  secrets.erase(repeated.begin(), repeated.end());
  std::erase_if(secrets, [](const Secret& secret) { return secret.empty(); });
  return secrets;
}

}  // namespace orchestrate
