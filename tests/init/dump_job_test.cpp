#include "init/dump_job.hpp"

#include <gtest/gtest.h>

#include "files/text.hpp"
#include "host.hpp"

namespace orchestrate::init {
namespace {

struct Case {
  const char* script;
  DumpJob job;
};

TEST(DumpJob, IsReadFromWhatPeopleWrite) {
  const std::vector<Case> cases = {
      {"pg_dump -Fc appdb > /backups/appdb-$(date +%F).dump", {"appdb", "/backups/appdb-{date}.dump", "", ""}},
      {"/usr/bin/pg_dump -U bot -d appdb -f /b/a.dump", {"appdb", "/b/a.dump", "", ""}},
      {"pg_dump --dbname=appdb --file \"/b/`date +%Y-%m-%d`.sql\"", {"appdb", "/b/{date}.sql", "", ""}},
      {"D=/b\npg_dump -h localhost appdb | gzip > \"$D/a-${X}.gz\"", {"appdb", "", "", ""}},
      {"D=/b\npg_dump -h localhost appdb | gzip > \"$D/a-$(date +%F).sql.gz\" 2>/dev/null",
       {"appdb", "/b/a-{date}.sql.gz", "", ""}},
      {"export F='/b/x.dump'\npg_dump -F c -f $F.tmp appdb\nmv $F.tmp $F\necho \"$(date) dump done\" >> /b/log",
       {"appdb", "/b/x.dump", "/b/log", "dump done"}},
      {"pg_dump \"$DATABASE\" > /b/x.dump", {"", "/b/x.dump", "", ""}},
      {"pg_dump appdb > x.dump", {"appdb", "", "", ""}},  // relative to nobody knows what
  };
  for (const Case& one : cases) {
    const auto job = dump_job(one.script);
    ASSERT_TRUE(job) << one.script;
    EXPECT_EQ(job->database, one.job.database) << one.script;
    EXPECT_EQ(job->dump, one.job.dump) << one.script;
    EXPECT_EQ(job->log, one.job.log) << one.script;
    EXPECT_EQ(job->says, one.job.says) << one.script;
  }
}

TEST(DumpJob, OfTheRunbookHasItsFinalNameItsLogAndItsLastWords) {
  const auto script =
      files::read_text(std::filesystem::path(SOURCE_DIR) / "tests/hosts/magikal/host/magikal-db-dump", 65536);
  const DumpJob wanted{"appdb", "/home/magikalbot/backups/appdb-{date}.dump",
                       "/home/magikalbot/backups/magikal-db-dump.log", "backup complete"};
  EXPECT_EQ(dump_job(script), wanted);
}

TEST(DumpJob, OtherScriptsAreNone) {
  EXPECT_EQ(dump_job("rsync -a /srv /backup"), std::nullopt);
  EXPECT_EQ(dump_job("# pg_dump was here once\ntrue"), std::nullopt);
}

TEST(DumpJobs, AreFoundInCrontabsAndUnitsWithTheirPlace) {
  const Host host;
  host.write("bin/dump", "#!/bin/sh\npg_dump appdb > /b/script.dump\n");
  host.write("cron.d/a", "# nightly\nMAILTO=root\n0 3 * * * bot  @/bin/dump --quiet\n");
  host.write("crontabs/bot", "0 4 * * * pg_dump appdb > /b/$(date +\\%F).dump\n");
  host.write("units/dump.service", "[Service]\nType=oneshot\nExecStart=@/bin/dump\n");
  host.write("crontabs/other", "*/5 * * * * /bin/true\n");
  const auto jobs = dump_jobs(jobs_in(host.places().jobs, read_services({host.path("units")}))).found;
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].place, (Place{host.path("cron.d/a"), 3}));
  EXPECT_EQ(jobs[0].value.dump, "/b/script.dump");
  EXPECT_EQ(jobs[1].value.dump, "/b/{date}.dump");
  EXPECT_EQ(jobs[2].place, (Place{host.path("units/dump.service"), 3}));
}

}  // namespace
}  // namespace orchestrate::init
