#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "init/fact.hpp"
#include "init/unit_file.hpp"

namespace orchestrate::init {

/// Where jobs are to be found.
struct JobPlaces {
  std::vector<std::filesystem::path> crontabs;       ///< files, or directories of them, with a column for the user
  std::vector<std::filesystem::path> user_crontabs;  ///< without
  std::vector<std::filesystem::path> scripts;        ///< directories of scripts, such as /etc/cron.daily
};

/// What a host does at its times: the commands of cron and of units, by the place that says so.
struct Jobs {
  std::vector<Fact<std::string>> commands;
  std::vector<std::filesystem::path> unread;  ///< where there may be more: we may not look
};
Jobs jobs_in(const JobPlaces& places, const std::vector<UnitFile>& units);

}  // namespace orchestrate::init
