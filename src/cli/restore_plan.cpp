#include "cli/restore_plan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "cli/place.hpp"
#include "gate/stage.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/backup.hpp"
#include "stages/code_back.hpp"
#include "stages/journal.hpp"
#include "stages/restore.hpp"
#include "stages/restore_point.hpp"
#include "stages/services.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

/// A stage of pipelines whose place is another one here.
StageKind after(const StageKind& kind, std::span<const std::string_view> needs) {
  StageKind changed = kind;
  changed.needs = needs;
  return changed;
}

const StageKind& stop_when_rebuilt() {
  static constexpr std::array needs = {evidence::database_rebuilt};
  static const StageKind kind = after(stop_stage, needs);
  return kind;
}

const StageKind& start_when_open() {
  static constexpr std::array needs = {evidence::gate_open};
  static const StageKind kind = after(start_stage, needs);
  return kind;
}

StageSpec spec_of(const StageKind& kind) {
  return {.kind = std::string(kind.name), .name = std::string(kind.name)};
}

/// As the pipeline starts services after an upgrade.
StageSpec start_like(const Policy& policy) {
  for (const StageSpec& spec : policy.pipeline) {
    if (spec.kind != restart_stage.name && spec.kind != start_stage.name) continue;
    StageSpec start = spec;
    start.kind = start.name = start_stage.name;
    return start;
  }
  StageSpec start = spec_of(start_stage);
  start.settings.set("stable_for", std::chrono::milliseconds(10s), {});
  return start;
}

StageSpec stop_like(const StageSpec& start) {
  StageSpec stop = spec_of(stop_stage);
  if (start.settings.has("units")) stop.settings.set("units", start.settings.units("units"), {});
  return stop;
}

StageSpec last_dump(const Policy& policy, const std::filesystem::path& directory) {
  StageSpec dump = spec_of(backup_stage);
  const auto takes = std::ranges::find_if(
      policy.pipeline, [](const StageSpec& spec) { return spec.kind == "backup" && spec.settings.has("take"); });
  const bool takes_dumps = takes != policy.pipeline.end();
  Settings& settings = dump.settings;
  settings.set("take", takes_dumps ? takes->settings.text("take") : directory.string(), {});
  settings.set("format", takes_dumps ? takes->settings.text("format") : std::string("custom"), {});
  settings.set("jobs", takes_dumps ? takes->settings.integer("jobs") : std::int64_t{1}, {});
  settings.set("compression", takes_dumps ? takes->settings.integer("compression") : std::int64_t{1}, {});
  settings.set("lock_wait", takes_dumps ? takes->settings.duration("lock_wait") : std::chrono::milliseconds(30s), {});
  settings.set("reuse_within", std::chrono::milliseconds(0), {});
  settings.set("verify", std::string("intact"), {});  // and without `keep`: nothing expires in the middle of a restore
  dump.name = "last_dump";
  return dump;
}

StageSpec code_at(const std::string& commit) {
  StageSpec code = spec_of(code_source_stage);
  code.settings.set("commit", commit, {});
  return code;
}

/// Whatever lies in the checkout, committed or not.
StageSpec kept_checkout() {
  StageSpec point = spec_of(restore_point_stage);
  point.settings.set("mode", std::string("ref"), {});
  point.settings.set("message", std::string("what a rollback takes away"), {});
  point.settings.set("max_file", Size{.bytes = 10U << 20, .factor = 0}, {});
  return point;
}

}  // namespace

std::filesystem::path last_dumps(const std::string& app, const Arguments& arguments) {
  return state_directory(app, arguments) / "dumps";
}

Plan restore_plan(Policy& policy, const WayBack& back) {
  StageSpec source = spec_of(restore_source_stage);
  source.settings.set("backup", back.dump.string(), {});
  const StageSpec start = start_like(policy);
  const bool has_services = !policy.services.empty() || start.settings.has("units");
  StageSpec rebuild = spec_of(rebuild_stage);
  rebuild.settings.set("last_dumps", back.last_dumps.string(), {});
  std::vector<StageSpec> pipeline = {source, rebuild};
  if (!back.commit.empty()) pipeline.push_back(code_at(back.commit));
  if (has_services) pipeline.push_back(stop_like(start));
  pipeline.push_back(last_dump(policy, back.last_dumps));
  if (!back.commit.empty()) pipeline.push_back(kept_checkout());
  pipeline.push_back(spec_of(exchange_stage));
  if (!back.commit.empty()) pipeline.push_back(spec_of(checkout_stage));
  if (has_services) {
    pipeline.push_back(spec_of(gate_stage));
    pipeline.push_back(start);
    for (const StageSpec& spec : policy.pipeline)
      if (spec.kind == journal_stage.name) pipeline.push_back(spec);
  }
  policy.pipeline = std::move(pipeline);
  const std::array kinds = {&restore_source_stage, &code_source_stage,   &restore_point_stage, &checkout_stage,
                            &rebuild_stage,        &stop_when_rebuilt(), &backup_stage,        &exchange_stage,
                            &gate_stage,           &start_when_open(),   &journal_stage};
  return std::get<Plan>(make_plan(policy, kinds));
}

}  // namespace orchestrate::cli
