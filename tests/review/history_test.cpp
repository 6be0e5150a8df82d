#include "review/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "project.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* head =
    "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n";

/// Names of the files of such revisions that are read to know what `users` is.
std::vector<std::string> read_of(const std::vector<std::string>& bodies) {
  const Project project;
  std::vector<Revision> revisions;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const std::string name = std::to_string(i) + ".py";
    const auto file = project.write(name, head + ("def upgrade():\n    " + bodies[i]) + "\n");
    revisions.push_back({.id = std::to_string(i), .file = file});
  }
  std::vector<const Revision*> history;
  for (const Revision& revision : revisions) history.push_back(&revision);
  std::vector<std::string> names;
  for (const Revision* revision : revisions_about({"users"}, history)) names.push_back(revision->id);
  return names;
}

TEST(History, ReadsWhatNamesTheTableAndNothingOfOthers) {
  EXPECT_THAT(read_of({"op.create_table('users', sa.Column('id', sa.Integer()))", "op.drop_table('users_old')",
                       "op.add_column('orders', sa.Column('users_id', sa.Integer()))",
                       "op.execute('UPDATE orders SET a = 1')", "op.execute('DROP TABLE users')"}),
              ElementsAre("0", "4"));
}

TEST(History, ReadsWhatMayChangeTheTableWithoutItsName) {
  for (const char* body :
       {"for t in NAMES:\n        op.drop_table(f'{t}')", "op.drop_table('us' + 'ers')",
        "op.drop_table('%sers' % 'us')", "op.execute('DROP SCHEMA public CASCADE')", "op.execute('SELECT tidy_up()')",
        "op.execute('DO $$ BEGIN END $$')", "from app.helpers import tidy_up\n    tidy_up()",
        "import os, app\n    app.tidy_up()", "op.drop_table('\\x75sers')", "getattr(op, NAME)('x')",
        "op.execute('CREATE TABLE a () INHERITS (b)')"})
    EXPECT_THAT(read_of({body}), ElementsAre("0")) << body;
  EXPECT_THAT(read_of({"op.drop_table('orders')"}), IsEmpty());
}

TEST(History, ReadsAllOfItWhereTheTableHadAnotherName) {
  EXPECT_THAT(read_of({"op.create_table('people')", "op.rename_table('people', 'users')", "op.drop_table('orders')"}),
              ElementsAre("0", "1", "2"));
}

}  // namespace
}  // namespace orchestrate
