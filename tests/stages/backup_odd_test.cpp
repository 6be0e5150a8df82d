#include "backup_restored_fixture.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

/// What backups of others stumble over.
class BackupOfOddDatabases : public BackupMatched {
 protected:
  Settings taken_as(const std::string& format) const {
    Settings settings = taken();
    settings.set("format", format, {1, 1});
    if (format == "directory") settings.set("jobs", std::int64_t{2}, {1, 1});
    return settings;
  }
  void expect_matched(const std::string& format = "custom") {
    const Outcome outcome = run(taken_as(format));
    EXPECT_EQ(outcome.verdict, Verdict::passed) << format << ": " << testing::PrintToString(outcome.details);
    EXPECT_THAT(outcome.summary, HasSubstr("all as they were"));
    expect_nothing_left();
  }
};

TEST_F(BackupOfOddDatabases, ExtensionsPartitionsDomainsAndNamesWithQuotesAndSpaces) {
  server_.sql(R"(
    create extension citext; create extension pgcrypto; create extension pg_trgm;
    create schema "My ""odd"" schema";
    create domain "My ""odd"" schema"."e mail" as citext check (value ~ '@');
    create type cfg.mood as enum ('so so', 'it''s fine');
    create table "My ""odd"" schema"."Order" ("select" "My ""odd"" schema"."e mail", "a;b" cfg.mood);
    insert into "My ""odd"" schema"."Order" values ('A@b', 'it''s fine');
    create index "trgm of ""it""" on cfg.panels using gin (title gin_trgm_ops);
    create table cfg.events (id int, at date not null) partition by range (at);
    create table cfg.events_old partition of cfg.events for values from ('2000-01-01') to ('2020-01-01');
    create table cfg.events_new partition of cfg.events default;
    insert into cfg.events select i, '2019-12-20'::date + i from generate_series(1, 40) i;
    create materialized view cfg.newest as select max(at) from cfg.events;
    create table cfg.tree (id int generated always as identity primary key, up int references cfg.tree,
                           twice int generated always as (id * 2) stored, tags text[], pair cfg.mood[]);
    insert into cfg.tree (up, tags) values (1, '{"a,b",null}'), (null, null);
    create function cfg.notice() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger "on insert" before insert on cfg.tree for each row execute function cfg.notice();
    create function cfg.watched() returns event_trigger language plpgsql as $$ begin end $$;
    create event trigger watch on sql_drop execute function cfg.watched())",
              "appdb");
  for (const std::string format : {"custom", "directory"}) {
    run_.id = format;
    expect_matched(format);
  }
}

TEST_F(BackupOfOddDatabases, TablespacesOfTheServerThatWasDumped) {
  const Folder elsewhere;
  server_.sql("create tablespace fast location '" + elsewhere.path().string() + "'");
  server_.sql("create table cfg.hot (id int) tablespace fast; insert into cfg.hot values (1)", "appdb");
  expect_matched();
}

TEST_F(BackupOfOddDatabases, RowsThatPoliciesHideFromTheRole) {
  server_.sql(R"(alter table cfg.panels owner to bot; alter table cfg.panels enable row level security;
                 alter table cfg.panels force row level security; create policy few on cfg.panels using (id < 9);
                 grant usage on schema cfg to bot; grant select on all tables in schema cfg to bot;
                 grant select on all sequences in schema cfg to bot; grant select on large object 7001, 7002 to bot)",
              "appdb");
  expect_matched();
  application_.database.user = "bot";
  run_.id = "r43";
  EXPECT_THAT(refusal(taken()), HasSubstr("row-level security"));
}

TEST_F(BackupOfOddDatabases, TenThousandTables) {
  server_.sql("alter system set max_locks_per_transaction = 256");
  server_.stop_fast();
  server_.start();
  server_.sql(R"(do $$ begin for i in 1..10000 loop
                   execute format('create table cfg.t%s (id int)', i);
                   if i % 500 = 0 then commit; end if;
                 end loop; end $$)",
              "appdb");
  level_ = "restored";
  const Outcome outcome = run(taken());
  EXPECT_EQ(outcome.verdict, Verdict::passed) << testing::PrintToString(outcome.details);
  EXPECT_THAT(outcome.summary, HasSubstr("10005 tables"));
}

/// The deadline of the stage is the deadline of all that it started.
TEST_F(BackupOfOddDatabases, APgDumpThatHangsIsEnded) {
  fs::create_directories(logs_.path() / "bin");
  for (const std::string name : {"pg_dump", "pg_dumpall", "pg_restore"}) {
    const std::string real = "exec " + (TemporaryPostgres::programs() / name).string() + " \"$@\"\n";
    const std::string hanging = "case \"$1\" in --version) " + real + ";; esac\nexec sleep 600\n";
    fs::permissions(logs_.write("bin/" + name, "#!/bin/sh\n" + (name == "pg_dump" ? hanging : real)), fs::perms(0755));
  }
  application_.policy.postgres_bin = logs_.path() / "bin";
  const StageSpec spec{
      .kind = "backup", .name = "backup", .timeout = std::chrono::milliseconds(700), .settings = take_settings()};
  const auto stage = backup_stage.bind(spec, application_.policy);
  StageContext seen = context();
  try {
    on_loop(io_, stage->run(seen));
    ADD_FAILURE() << "it went on";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("pg_dump"));
  }
  EXPECT_THAT(names(), IsEmpty());
}

}  // namespace
}  // namespace orchestrate
