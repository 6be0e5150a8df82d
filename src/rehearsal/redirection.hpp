#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrate/policy.hpp"

namespace orchestrate::rehearsal {

/// How the project comes to the rehearsal's database instead of production's, on the loopback of its own network. User
/// and database have the same names there.
struct Redirection {
  std::vector<std::pair<std::string, std::string>> variables;  ///< set, whatever the env file says
  std::string port;                                            ///< where the rehearsal's server listens, on 127.0.0.1
  std::string socket_directory;  ///< and there, where that is production's own; empty: nowhere else
};

/// By `variable`, or the one that `database_url` consists of, or the variables that hold its host and port. Where the
/// policy writes these as they are, the rehearsal's server has production's own address, in its own network. Throws
/// Error (`policy`) that says what to add where there is no way.
Redirection redirection_of(const Application& application, std::string_view variable);

/// As SQLAlchemy writes it; without the password, and without options that are about reaching production's server.
std::string sqlalchemy_url(const DatabaseUrl& production, std::string_view port);

/// The text with `url` in the place of every URL that means that database.
struct ReplacedUrls {
  std::string text;
  std::size_t count = 0;
};
ReplacedUrls with_urls_replaced(std::string_view text, const DatabaseUrl& production, const std::string& url);

}  // namespace orchestrate::rehearsal
