#pragma once

#include <filesystem>
#include <string>

#include "init/survey.hpp"

namespace orchestrate::init {

/// The password in every env file of these tests: nothing that init says or writes may hold it.
inline constexpr std::string_view password = "Wintergarten-7731";

/// A host in a directory of its own, gone afterwards: project/, units/, cron.d/ and what a test writes beside them.
class Host {
 public:
  Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host();

  /// With the directories above it; `@` in the text stands for this host's directory.
  std::filesystem::path write(const std::string& name, std::string text) const;
  std::filesystem::path path(const std::string& name) const { return top_ / name; }
  std::filesystem::path project() const { return top_ / "project"; }
  void make_virtualenv(const std::string& name = "project/.venv") const;

  /// A project of tests/hosts with its update, its unit and its env file; `checkout` is where these say that it is.
  void take_project(const std::string& folder, const std::string& checkout, const std::string& env_file) const;

  HostPlaces places() const;
  Survey look(const Given& given = {}) const { return survey(project(), given, places()); }

 private:
  std::filesystem::path top_;
};

/// All that is said and written about a survey.
std::string everything_of(const Survey& survey);

/// The value that was found under that name; empty: none was.
std::string found(const Survey& survey, const std::string& what);

}  // namespace orchestrate::init
