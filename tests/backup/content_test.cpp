#include "backup/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backup/sequences.hpp"

namespace orchestrate::backup {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Content dumped = {.tables = {{"cfg.panels", "1"}, {"cfg.roles", "2"}},
                        .definitions = {{"INDEX cfg.ix", "a"}, {"TABLE cfg.panels", "b"}},
                        .sequences = {{"cfg.drawn", {5, 7}}},
                        .large_objects = "1, hash 9"};

TEST(Content, AgreesWithItself) {
  EXPECT_THAT(differences(dumped, dumped), IsEmpty());
}

TEST(Content, SaysWhatIsMissingOtherOrMore) {
  Content found = dumped;
  found.tables = {{"cfg.panels", "3"}, {"cfg.x", "0"}};
  found.definitions.erase("INDEX cfg.ix");
  found.large_objects = "0, hash 0";
  EXPECT_THAT(differences(dumped, found),
              ElementsAre("cfg.panels has other rows", "cfg.roles is missing", "cfg.x is there and was not",
                          "INDEX cfg.ix is missing", "large objects are 0, hash 0 instead of 1, hash 9"));
}

TEST(Content, ASequenceMayBeWhereItWasAtAnyTimeOfTheDump) {
  Content found = dumped;
  for (const std::int64_t at : {5, 6, 7}) {
    found.sequences["cfg.drawn"] = {at, at};
    EXPECT_THAT(differences(dumped, found), IsEmpty()) << at;
  }
  for (const std::int64_t at : {4, 8}) {
    found.sequences["cfg.drawn"] = {at, at};
    EXPECT_THAT(differences(dumped, found),
                ElementsAre("sequence cfg.drawn is at " + std::to_string(at) + " instead of 5 to 7"));
  }
}

TEST(Sequences, ThatRunBackwardsHaveARangeAndThatMayBeginAnewHaveNone) {
  const std::vector<Sequence> all = {
      {.name = "down", .increment = -1}, {.name = "round", .cycles = true}, {.name = "still", .cycles = true}};
  EXPECT_EQ(ranges(all, {{"down", 9}, {"round", 9}, {"still", 3}}, {{"down", 4}, {"round", 1}, {"still", 3}}),
            (std::map<std::string, SequenceRange>{{"down", {4, 9}}, {"still", {3, 3}}}));
}

}  // namespace
}  // namespace orchestrate::backup
