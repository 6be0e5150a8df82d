#include "cli/restore_plan.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "cli/place.hpp"
#include "gate/stage.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/code_back.hpp"
#include "stages/journal.hpp"
#include "stages/last_dump.hpp"
#include "stages/restore.hpp"
#include "stages/restore_point.hpp"
#include "stages/services.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr Size max_file{.bytes = 10U << 20, .factor = 0};

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

/// A dry run, which changes nothing, has nothing to ask it about.
const StageKind& gate_when_current() {
  static constexpr std::array needs = {evidence::migration_current};
  static const StageKind kind = after(gate_stage, needs);
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

/// As the pipeline starts services after an upgrade, in its order.
std::vector<StageSpec> starts_like(const Policy& policy) {
  std::vector<StageSpec> starts;
  for (const StageSpec& spec : policy.pipeline) {
    if (spec.kind != restart_stage.name && spec.kind != start_stage.name) continue;
    starts.push_back(spec);
    starts.back().kind = start_stage.name;
    starts.back().name = starts.size() == 1 ? "start" : fmt::format("start_{}", starts.size());
  }
  if (!starts.empty() || policy.services.empty()) return starts;
  starts.push_back(spec_of(start_stage));
  starts.back().settings.set("stable_for", std::chrono::milliseconds(10s), {});
  return starts;
}

/// Whoever the policy knows may write.
StageSpec stop_all(const Policy& policy) {
  StageSpec stop = spec_of(stop_stage);
  stop.settings.set("units", policy.units(), {});
  return stop;
}

StageSpec dumping(const StageKind& kind, const Policy& policy, const std::filesystem::path& directory) {
  StageSpec dump = spec_of(kind);
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
  return dump;
}

StageSpec code_at(const std::string& commit) {
  StageSpec code = spec_of(code_source_stage);
  code.settings.set("commit", commit, {});
  code.settings.set("max_file", max_file, {});
  return code;
}

/// Whatever lies in the checkout, committed or not.
StageSpec kept_checkout() {
  StageSpec point = spec_of(restore_point_stage);
  point.settings.set("mode", std::string("ref"), {});
  point.settings.set("message", std::string("what a rollback takes away"), {});
  point.settings.set("max_file", max_file, {});
  return point;
}

}  // namespace

std::filesystem::path last_dumps(const std::string& app, const Arguments& arguments) {
  return state_directory(app, arguments) / "dumps";
}

Plan restore_plan(Policy& policy, const WayBack& back) {
  StageSpec source = spec_of(restore_source_stage);
  source.settings.set("backup", back.dump.string(), {});
  const std::vector<StageSpec> starts = starts_like(policy);
  const bool has_code = !back.commit.empty();
  std::vector<StageSpec> pipeline = {source, dumping(room_stage, policy, back.last_dumps)};
  if (has_code) pipeline.push_back(code_at(back.commit));
  pipeline.push_back(spec_of(rebuild_stage));
  if (has_code) pipeline.push_back(spec_of(code_fits_stage));
  if (!policy.units().empty()) pipeline.push_back(stop_all(policy));
  pipeline.push_back(dumping(last_dump_stage, policy, back.last_dumps));
  if (has_code) pipeline.push_back(kept_checkout());
  pipeline.push_back(spec_of(exchange_stage));
  if (has_code) pipeline.push_back(spec_of(checkout_stage));
  if (!starts.empty()) {
    pipeline.push_back(spec_of(gate_stage));
    pipeline.insert(pipeline.end(), starts.begin(), starts.end());
    for (const StageSpec& spec : policy.pipeline)
      if (spec.kind == journal_stage.name) pipeline.push_back(spec);
  }
  policy.pipeline = std::move(pipeline);
  const std::array kinds = {&restore_source_stage, &room_stage,     &code_source_stage,   &code_fits_stage,
                            &restore_point_stage,  &checkout_stage, &rebuild_stage,       &stop_when_rebuilt(),
                            &last_dump_stage,      &exchange_stage, &gate_when_current(), &start_when_open(),
                            &journal_stage};
  return std::get<Plan>(make_plan(policy, kinds));
}

}  // namespace orchestrate::cli
