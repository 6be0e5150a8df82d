#include "review/expectation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "on_loop.hpp"
#include "project.hpp"
#include "review/material.hpp"
#include "system/command.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Of a history of one line whose first `applied` revisions are applied. "cfg.t", "cfg.t.c", and with "no " before it
/// what must not be there.
std::vector<std::string> expected(const std::vector<std::string>& bodies, std::size_t applied) {
  const Project project;
  std::string down = "None";
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const std::string id = "000" + std::to_string(i + 1);
    project.revision(id, down,
                     "import sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n    " + bodies[i] + "\n");
    down = "'" + id + "'";
  }
  const RevisionGraph graph = read_revisions({project.versions()});
  ReviewRequest request{.python = {"/usr/bin/python3"}};
  request.pending = std::get<0>(graph.pending({}, "heads"));
  boost::asio::io_context io;
  const auto commands = system::make_commands(io, Redactor(), std::nullopt);
  const Material material = on_loop(io, read_material(*commands, request, std::stop_token()));
  const std::span<const ReadRevision> all = material.revisions;
  std::vector<std::string> found;
  for (const auto& [object, fate] : expectation_of(all.first(applied), all.subspan(applied)).objects)
    found.push_back((fate.there ? "" : "no ") + object.table.text() +
                    (object.column.empty() ? "" : "." + object.column));
  return found;
}

constexpr const char* make_t = "op.create_table('t', sa.Column('a', sa.Integer()), schema='cfg')";

TEST(Expectation, IsWhatTheAppliedRevisionsMake) {
  EXPECT_THAT(expected({make_t, "op.execute('ALTER TABLE cfg.t ADD COLUMN b int')"}, 2),
              ElementsAre("cfg.t", "cfg.t.a", "cfg.t.b"));
}

TEST(Expectation, IsWithoutWhatTheyDropped) {
  EXPECT_THAT(expected({make_t, "op.drop_column('t', 'a', schema='cfg')"}, 2), ElementsAre("cfg.t", "no cfg.t.a"));
  EXPECT_THAT(expected({make_t, "op.drop_table('t', schema='cfg')"}, 2), ElementsAre("no cfg.t"));
}

TEST(Expectation, FollowsWhatIsRenamed) {
  EXPECT_THAT(expected({make_t, "op.rename_table('t', 'u', schema='cfg')"}, 2),
              ElementsAre("no cfg.t", "cfg.u", "cfg.u.a"));
  EXPECT_THAT(expected({make_t, "op.alter_column('t', 'a', new_column_name='b', schema='cfg')"}, 2),
              ElementsAre("cfg.t", "no cfg.t.a", "cfg.t.b"));
}

TEST(Expectation, IsWithoutWhatIsStillToBeMade) {
  EXPECT_THAT(
      expected({make_t, "op.execute('ALTER TABLE cfg.t ADD COLUMN b int')", "op.create_table('u', schema='cfg')"}, 1),
      ElementsAre("cfg.t", "cfg.t.a", "no cfg.t.b", "no cfg.u"));
}

TEST(Expectation, OfWhatIsDroppedAndStillToBeMadeAgainIsThatItIsNotThere) {
  EXPECT_THAT(expected({make_t, "op.drop_table('t', schema='cfg')", make_t}, 2), ElementsAre("no cfg.t"));
}

TEST(Expectation, SaysNothingOfWhatIsUncertain) {
  EXPECT_THAT(expected({"import os\n    if os.name:\n        " + std::string(make_t)}, 1), IsEmpty());
  EXPECT_THAT(expected({make_t, "op.execute('CREATE TABLE IF NOT EXISTS cfg.u (a int)')"}, 1),
              ElementsAre("cfg.t", "cfg.t.a"));
  EXPECT_THAT(expected({make_t, "op.execute('ALTER TABLE cfg.t SET SCHEMA old')"}, 2), IsEmpty());
  const char* alter = "op.execute('ALTER TABLE IF EXISTS cfg.u ADD COLUMN IF NOT EXISTS b date')";
  EXPECT_THAT(expected({alter}, 1), IsEmpty()) << "the application makes that table";
  EXPECT_THAT(expected({alter}, 0), IsEmpty());
}

}  // namespace
}  // namespace orchestrate
