#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "init/fact.hpp"
#include "init/jobs.hpp"

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

/// The jobs that call pg_dump themselves or in their script, by the place that starts them.
struct DumpJobs {
  std::vector<Fact<DumpJob>> found;
  std::vector<std::filesystem::path> unread;  ///< where there may be more: we may not look
};
DumpJobs dump_jobs(const Jobs& jobs);

}  // namespace orchestrate::init
