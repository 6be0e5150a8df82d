#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "init/dump_job.hpp"
#include "init/environment.hpp"
#include "init/fact.hpp"
#include "init/unit_file.hpp"
#include "init/upgrade.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/policy.hpp"

namespace orchestrate::init {

/// Where a host keeps what init reads beside the project.
struct HostPlaces {
  std::vector<std::filesystem::path> units;
  JobPlaces jobs;
  std::filesystem::path bubblewrap;          ///< the program that a rehearsal's enclosure is made by
  std::filesystem::path postgresql_servers;  ///< holds MAJOR/bin on Debian
};
HostPlaces host_places();

/// What was said and need not be found.
struct Given {
  std::string app, user;        ///< empty: look for it
  std::vector<UnitName> units;  ///< likewise
};

/// One thing that was found, for people.
struct Discovery {
  std::string what, value;
  Place place;
};

/// A line of the policy that nobody could fill in; elsewhere: something that is to be done outside of it.
enum class Blank { user, database_url, command, versions, version_table, services, elsewhere };
struct Gap {
  Blank blank;
  std::string what, advice;
};

/// Everything about a project that its policy needs; what is absent could not be found.
struct Survey {
  std::filesystem::path project;
  std::string app;
  std::optional<Fact<std::string>> user;
  std::optional<Environs> environs;
  std::optional<Upgrade> upgrade;
  std::vector<std::string> versions;
  std::optional<Database> database;
  std::optional<std::string> version_table;  ///< absent: the default, unless it is a gap
  std::vector<std::string> schemas;          ///< empty: the default
  std::vector<UnitFile> services;
  std::optional<Fact<DumpJob>> dumps;  ///< absent: a run takes its own
  bool can_rehearse = false;           ///< the host has the programs for it
  std::vector<Discovery> found;        ///< in the order of the policy
  std::vector<Gap> gaps;

  /// What to do about it; nullptr: it was found.
  const Gap* gap(Blank blank) const;
};

Survey survey(const std::filesystem::path& project, const Given& given, const HostPlaces& places);

}  // namespace orchestrate::init
