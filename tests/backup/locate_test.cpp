#include "backup/locate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "folder.hpp"

namespace orchestrate::backup {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// 2026-11-20 00:30 in Berlin is still the 19th in UTC.
class LocateDump : public testing::Test {
 protected:
  LocateDump() {
    ::setenv("TZ", "Europe/Berlin", 1);
    ::tzset();
  }
  ~LocateDump() override {
    ::unsetenv("TZ");
    ::tzset();
  }
  std::string found() const {
    const auto located = locate_dump((folder_.path() / "appdb-{date}.dump").string(), now_, 26h);
    if (const auto* refusal = std::get_if<Refusal>(&located)) return refusal->text();
    return std::get<std::filesystem::path>(located).filename();
  }
  void dump(const std::string& name, Time written) const { touch(folder_.write(name, "x"), written); }

  const Time now_ = parse_utc("2026-11-19T23:30:00Z");
  Folder folder_;
};

TEST_F(LocateDump, MeansTheDateOfThisHost) {
  dump("appdb-2026-11-20.dump", now_ - 10min);
  dump("appdb-2026-11-19.dump", now_ - 24h);
  EXPECT_EQ(found(), "appdb-2026-11-20.dump");
}

TEST_F(LocateDump, MeansYesterdaysWhileThatIsFreshEnough) {
  dump("appdb-2026-11-19.dump", now_ - 20h);
  EXPECT_EQ(found(), "appdb-2026-11-19.dump");
}

TEST_F(LocateDump, NamesTheNewestWhenTodaysIsMissing) {
  dump("appdb-2026-11-18.dump", now_ - 50h);
  dump("appdb-2026-11-19.dump", now_ - 32h);
  dump("other-2026-11-20.dump", now_);
  EXPECT_THAT(found(),
              HasSubstr("appdb-2026-11-20.dump is missing; the newest there is appdb-2026-11-19.dump, 32 h old"));
}

TEST_F(LocateDump, SaysWhenThereIsNothing) {
  EXPECT_THAT(found(), HasSubstr("nothing like it is in " + folder_.path().string()));
}

}  // namespace
}  // namespace orchestrate::backup
