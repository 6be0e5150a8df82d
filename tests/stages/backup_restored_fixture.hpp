#pragma once

#include <unistd.h>

#include <functional>

#include "backup/manifest.hpp"
#include "backup_fixture.hpp"
#include "stages/verify_backup.hpp"
#include "system/user.hpp"

namespace orchestrate {

/// No server runs as root, and ours runs as whoever asks for it.
[[maybe_unused]] inline const bool unprivileged = [] {
  if (::geteuid() == 0) system::become(system::find_account("postgres").value());
  return true;
}();

/// Dumps that are restored into a throw-away server.
class BackupRestored : public BackupStage {
 protected:
  BackupRestored() { state_ = state_folder_.path(); }

  Settings taken() const { return proven(take_settings()); }
  Settings checked(const std::filesystem::path& dump) const { return proven(check_settings(dump)); }
  Settings proven(Settings settings) const {
    settings.set("verify", level_, {1, 1});
    return settings;
  }

  static const Json& facts_of(const Outcome& outcome) {
    for (const Evidence& evidence : outcome.evidence)
      if (evidence.name == "backup.restored") return evidence.facts;
    ADD_FAILURE() << "not restored: " << outcome.summary;
    static const Json none;
    return none;
  }

  /// What `verify-backup` says of the newest dump of ours.
  Outcome verified() {
    const StageSpec spec{.kind = "backup", .name = "backup", .settings = taken()};
    const auto stage = verification_of(spec, application_.policy);
    StageContext seen = context();
    return on_loop(io_, stage->run(seen));
  }

  /// Another manifest for the only dump, as if that had been taken of something else.
  void rewrite(const std::function<void(backup::Manifest&)>& change) {
    for (const std::string& name : names()) {
      if (!name.ends_with(".json")) continue;
      auto manifest = backup::read_manifest(folder_.path() / name).value();
      change(manifest);
      folder_.write(name, backup::manifest_text(manifest));
    }
  }

  /// But for somebody else's dump, which is kept while a run rests on it.
  void expect_nothing_left() const {
    for (const auto& entry : std::filesystem::directory_iterator(state_folder_.path()))
      EXPECT_EQ(entry.path().filename(), "kept");
  }

  Folder state_folder_;
  std::string level_ = "restored";
};

/// What applications keep: of each thing something that a dump may lack.
inline constexpr const char* things = R"(
  create index ix_panels on cfg.panels (title);
  create table cfg.grants (id bigserial primary key, kind varchar(20) check (kind in ('a', 'b')));
  insert into cfg.grants (kind) select 'a' from generate_series(1, 50);
  create view cfg.titles as select title from cfg.panels where title in ('x', 'y') and id > 3;
  create materialized view cfg.lengths as select length(title) from cfg.panels;
  create function cfg.twice(n int) returns int language sql as 'select 2 * n';
  create table cfg.parent (a int);
  create table cfg.child (z text, b int) inherits (cfg.parent);
  alter table cfg.parent add column c int;
  insert into cfg.child values (1, 'z', 2, 3);
  select lo_from_bytea(7001, 'some bytes'), lo_from_bytea(7002, ''))";

/// Dumps whose manifest holds hashes of what the database held.
class BackupMatched : public BackupRestored {
 protected:
  BackupMatched() {
    level_ = "matched";
    server_.sql(things, "appdb");
  }

  std::filesystem::path dump_file() const {
    for (const std::string& name : names())
      if (name.ends_with(".dump")) return folder_.path() / name;
    ADD_FAILURE() << "no dump";
    return {};
  }

  /// Another dump in the place of the only one, as if that had been born instead: wrong, and well hashed.
  void replace_dump(const std::string& pg_dump) {
    const std::filesystem::path dump = dump_file();
    shell(pg_dump + " --file=" + dump.string());
    rewrite([&](backup::Manifest& manifest) {
      manifest.size = std::filesystem::file_size(dump);
      manifest.sha256 = shell("sha256sum < " + dump.string()).substr(0, 64);
    });
  }

  /// While `there` runs, the database is a copy of itself that `change` was made to.
  void in_wrong_database(const std::string& change, const std::function<void()>& there) {
    server_.sql("drop database if exists wrong");
    server_.sql("create database wrong template appdb");
    server_.sql(change, "wrong");
    shell("psql -qXc 'alter database appdb rename to good' -c 'alter database wrong rename to appdb' postgres");
    there();
    shell("psql -qXc 'alter database appdb rename to wrong' -c 'alter database good rename to appdb' postgres");
  }
};

}  // namespace orchestrate
