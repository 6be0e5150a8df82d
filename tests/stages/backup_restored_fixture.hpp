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

  void expect_nothing_left() const { EXPECT_TRUE(std::filesystem::is_empty(state_folder_.path())); }

  Folder state_folder_;
  std::string level_ = "restored";
};

}  // namespace orchestrate
