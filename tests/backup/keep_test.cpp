#include "backup/keep.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "folder.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;
using backup::Owner;

TEST(KeptDump, OutlivesItsOwnersCleanUp) {
  const Folder folder;
  const fs::path dump = folder.write("appdb.dump", "rows");
  const fs::path kept = backup::keep_dump(dump, Owner::removes, folder.path() / "kept", "run-1");
  fs::remove(dump);
  EXPECT_EQ(sha256_of_file(kept), sha256("rows"));
  EXPECT_EQ(fs::status(kept.parent_path()).permissions(), fs::perms::owner_all);
}

TEST(KeptDump, HasItsBytesStillWhenTheNextOneIsWrittenIntoTheSameFile) {
  const Folder folder;
  const fs::path dump = folder.write("appdb.dump", "rows");
  const fs::path kept = backup::keep_dump(dump, Owner::rewrites, folder.path() / "kept", "run-1");
  folder.write("appdb.dump", "other rows");
  EXPECT_EQ(sha256_of_file(kept), sha256("rows"));
}

TEST(KeptDump, OfADirectoryHasAllItsFiles) {
  const Folder folder;
  fs::create_directories(folder.path() / "appdb.dir");
  folder.write("appdb.dir/toc.dat", "toc");
  folder.write("appdb.dir/1.dat.gz", "rows");
  const fs::path kept = backup::keep_dump(folder.path() / "appdb.dir", Owner::removes, folder.path() / "kept", "run-1");
  fs::remove_all(folder.path() / "appdb.dir");
  EXPECT_EQ(sha256_of_file(kept / "1.dat.gz"), sha256("rows"));
}

TEST(KeptDump, IsCopiedOnceByEachRun) {
  const Folder folder;
  const fs::path dump = folder.write("appdb.dump", "rows");
  const fs::path kept = backup::keep_dump(dump, Owner::removes, folder.path() / "kept", "run-1");
  EXPECT_EQ(backup::keep_dump(dump, Owner::removes, folder.path() / "kept", "run-1"), kept);
}

TEST(KeptDump, GoesWithTheLastRunThatNeedsIt) {
  const Folder folder;
  const fs::path dump = folder.write("appdb.dump", "rows");
  const fs::path first = backup::keep_dump(dump, Owner::removes, folder.path() / "kept", "run-1");
  const fs::path tenth = backup::keep_dump(dump, Owner::removes, folder.path() / "kept", "run-10");
  backup::release_kept(folder.path() / "kept", {"run-10", "run-11"});
  EXPECT_FALSE(fs::exists(first));
  EXPECT_TRUE(fs::exists(tenth));
  backup::release_kept(folder.path() / "nothing-kept", {});
}

TEST(KeptDump, ThatCannotBeIsAnErrorWithTheReason) {
  const Folder folder;
  EXPECT_THROW(backup::keep_dump(folder.path() / "gone.dump", Owner::removes, folder.path() / "kept", "run-1"), Error);
}

}  // namespace
}  // namespace orchestrate
