#include "backup_restored_fixture.hpp"

namespace orchestrate {
namespace {

class BackupUnderLoad : public BackupRestored {};

TEST_F(BackupUnderLoad, IsNeverFoundToBeOtherThanItWas) {
  const auto writer = child(
      "psql -qXd appdb -c 'create table cfg.grants (id bigserial primary key, kind text)'; pgbench -qis 1 appdb "
      ">/dev/null 2>&1; psql -qXd appdb -c 'create sequence drawn';"
      "echo 'select nextval($$drawn$$); insert into cfg.grants (kind) values ($$b$$);"
      " delete from cfg.panels where id = (select min(id) from cfg.panels);"
      " insert into cfg.panels select max(id) + 1, $$y$$ from cfg.panels' > own.sql; echo ready;"
      "exec pgbench -n -c 4 -R 500 -T 600 -b tpcb-like -f own.sql appdb >/dev/null 2>&1");
  ASSERT_EQ(line_of(*writer), "ready\n");
  level_ = "matched";
  for (int round = 0; round < 20; ++round) {
    run_.id = "r" + std::to_string(round);
    const Outcome outcome = run(taken());
    EXPECT_EQ(outcome.verdict, Verdict::passed) << outcome.summary;
  }
}

}  // namespace
}  // namespace orchestrate
