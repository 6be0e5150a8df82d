#include "stages/last_dump.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <sys/stat.h>

#include "backup/wording.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "replacement/administration.hpp"
#include "stages/backup.hpp"
#include "stages/proven_further.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

/// Its size, and where its server keeps it when that is this host and our role may know.
const std::string whereabouts_sql =
    "SELECT pg_database_size(current_database()),"
    " CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE')"
    "   AND (inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr())"
    "   THEN current_setting('data_directory') END";

/// The context of somebody who sees all of the database.
StageContext seeing_all(const StageContext& context, const Application& administrator) {
  return {administrator, context.ports,    context.run,    context.approvals, context.applied,
          context.gate,  context.backups,  context.target, context.output,    context.stop,
          context.asked, context.progress, context.record, context.state};
}

Application administrator_of(const StageContext& context) {
  Application administrator = context.application;
  const std::string name = context.run.evidence(evidence::preflight_passed)["database"].text_or("name");
  administrator.direct = replacement::as_administrator(context.application, name);
  return administrator;
}

class LastDump final : public Stage {
 public:
  explicit LastDump(std::unique_ptr<Stage> backup) : backup_(std::move(backup)) {}

  std::string describe() const override { return "dump the present database once more: " + backup_->describe(); }

  Task<Outcome> run(StageContext& context) const override {
    if (context.output.empty()) co_return Outcome{Verdict::passed, "would " + describe(), {}, {}, {}};
    const Application administrator = administrator_of(context);
    StageContext seeing = seeing_all(context, administrator);
    co_return co_await backup_->run(seeing);
  }

 private:
  std::unique_ptr<Stage> backup_;
};

class Room final : public Stage {
 public:
  Room(std::unique_ptr<Stage> backup, fs::path directory)
      : backup_(std::move(backup)), directory_(std::move(directory)) {}

  std::string describe() const override { return "look whether there is room for a second database and a last dump"; }

  Task<Outcome> run(StageContext& context) const override {
    const Application administrator = administrator_of(context);
    const auto lacking = co_await lacking_for_copy(context, administrator);
    if (lacking) co_return refused("not restored", {*lacking});
    if (!there_is_directory(context))
      co_return Outcome{Verdict::passed, "would make " + directory_.string() + " for the last dump", {}, {}, {}};
    StageContext seeing = seeing_all(context, administrator);
    seeing.output.clear();  // as in a dry run: it looks and writes nothing
    seeing.state.clear();
    co_return co_await backup_->run(seeing);
  }

 private:
  static Task<std::optional<backup::Refusal>> lacking_for_copy(StageContext& context,
                                                               const Application& administrator) {
    const SessionOptions reading;
    const auto session = co_await context.ports.databases.connect(administrator.for_sessions(), reading, context.stop);
    const Rows rows = co_await session->query(whereabouts_sql, context.stop);
    const auto& directory = rows.rows.at(0).at(1);
    if (!directory) co_return std::nullopt;
    const std::uint64_t needed = std::stoull(rows.rows.at(0).at(0).value());
    // The directory itself is closed to us; what it lies in is on the same file system, but for odd mounts.
    const std::uint64_t available = context.ports.host.space(fs::path(*directory).parent_path()).available;
    if (available >= needed) co_return std::nullopt;
    co_return backup::Refusal{fmt::format("{} has {} free, a second {} may need {}", *directory, size_text(available),
                                          administrator.for_sessions().database, size_text(needed)),
                              fmt::format("free {}: a full disk would stop the server", size_text(needed - available))};
  }

  /// Of a policy that takes no dumps nobody has made it.
  bool there_is_directory(const StageContext& context) const {
    if (context.output.empty()) return fs::exists(directory_);
    if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
      throw Error(ErrorKind::failed, "make " + directory_.string() + " for the last dump", system_reason(errno));
    return true;
  }

  std::unique_ptr<Stage> backup_;
  fs::path directory_;
};

constexpr std::array room_needs = {evidence::restore_source};
constexpr std::array last_dump_needs = {evidence::database_rebuilt};
constexpr std::array last_dump_provides = {evidence::backup_intact};

std::unique_ptr<Stage> bind_room(const StageSpec& spec, const Policy& policy) {
  return std::make_unique<Room>(backup_stage.bind(spec, policy), spec.settings.text("take"));
}
std::unique_ptr<Stage> bind_last_dump(const StageSpec& spec, const Policy& policy) {
  return std::make_unique<LastDump>(backup_stage.bind(spec, policy));
}

}  // namespace

const StageKind room_stage = {.name = "room",
                              .purpose = "Look whether there is room for a second database and a last dump.",
                              .keys = {},
                              .needs = room_needs,
                              .provides = {},
                              .timeout = std::chrono::minutes(2),
                              .bind = bind_room};
const StageKind last_dump_stage = {.name = "last_dump",
                                   .purpose = "Dump the present database once more.",
                                   .keys = {},
                                   .needs = last_dump_needs,
                                   .provides = last_dump_provides,
                                   .effect = [](const Settings&) { return Effect::keeps; },
                                   .length = Length::lengthy,
                                   .timeout = backup_timeout,
                                   .bind = bind_last_dump};

}  // namespace orchestrate
