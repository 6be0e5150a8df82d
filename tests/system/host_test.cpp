#include "system/host.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "orchestrate/error.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Host, NamesWhoWritesAFile) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "dump";
  const auto host = system::make_host();
  std::ofstream writing(file);
  EXPECT_THAT(host->writers(file), ElementsAre(HasSubstr("pid " + std::to_string(::getpid()) + " (")));
  writing.close();
  const std::ifstream reading(file);
  EXPECT_THAT(host->writers(file), IsEmpty());
}

TEST(Host, FollowsALinkToTheFile) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink(directory.path() / "dump", directory.path() / "today");
  const std::ofstream writing(directory.path() / "dump");
  EXPECT_EQ(system::make_host()->writers(directory.path() / "today").size(), 1U);
}

TEST(Host, MeasuresFreeSpace) {
  const FreeSpace space = system::make_host()->space("/");
  EXPECT_GT(space.total, 0U);
  EXPECT_LE(space.available, space.total);
}

TEST(Host, CannotMeasureWhatIsNotThere) {
  const auto host = system::make_host();
  EXPECT_THROW(host->space("/nowhere"), Error);
  EXPECT_THROW(host->writers("/nowhere/dump"), Error);
}

TEST(Host, HasAName) {
  EXPECT_NE(system::make_host()->name(), "");
}

}  // namespace
}  // namespace orchestrate
