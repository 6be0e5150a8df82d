#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "init/fact.hpp"
#include "init/unit_file.hpp"

namespace orchestrate::init {

/// Somebody's job that calls pg_dump: what it writes, as far as that can be told.
struct DumpJob {
  std::string database;   ///< empty: it cannot be told
  std::string dump;       ///< a path, with {date} where the date stands; empty: it cannot be told
  std::string log, says;  ///< the log, and what it says when the job is done; both or none
  bool operator==(const DumpJob&) const = default;
};

/// Of a script, or of a crontab's command. nullopt: it calls no pg_dump.
std::optional<DumpJob> dump_job(std::string_view script);

/// Where jobs are to be found.
struct JobPlaces {
  std::vector<std::filesystem::path> crontabs;       ///< files, or directories of them, with a column for the user
  std::vector<std::filesystem::path> user_crontabs;  ///< without
  std::vector<std::filesystem::path> scripts;        ///< directories of scripts, such as /etc/cron.daily
};

/// The jobs of cron and of units that call pg_dump themselves or in their script, by the place that starts them.
struct DumpJobs {
  std::vector<Fact<DumpJob>> found;
  std::vector<std::filesystem::path> unread;  ///< where there may be more: we may not look
};
DumpJobs dump_jobs(const JobPlaces& places, const std::vector<UnitFile>& units);

}  // namespace orchestrate::init
