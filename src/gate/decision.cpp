#include "gate/decision.hpp"

#include <fmt/format.h>

#include "engine/conclude.hpp"
#include "engine/phase.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

bool is_changing(const Run& run) {
  if (run.finished || phase_of(run) == Phase::before_upgrade) return false;
  return run.fact(fact::finishes).is_null() && run.evidence(evidence::migration_current).is_null();
}

bool is_allowed(const Gate& gate, Standing::Kind kind) {
  switch (kind) {
    case Standing::Kind::current:
      return true;
    case Standing::Kind::behind:
      return gate.behind == GateAnswer::allow;
    case Standing::Kind::ahead:
      return gate.ahead == GateAnswer::allow;
    case Standing::Kind::unknown:
      break;
  }
  return gate.unknown == GateAnswer::allow;
}

std::string way_out(const Policy& policy, Standing::Kind kind) {
  if (kind == Standing::Kind::behind) return "orchestrate apply " + policy.app;
  return "orchestrate plan " + policy.app;
}

}  // namespace

GateDecision decide(const Policy& policy, const Standing& standing, const std::optional<Run>& newest_upgrade,
                    const std::optional<GateOpening>& opening, Time now) {
  if (opening && now < opening->until)
    return {
        true, fmt::format("held open until {} by {}: {}", utc_text(opening->until), opening->by, opening->reason), {}};
  if (newest_upgrade && is_changing(*newest_upgrade))
    return {false, fmt::format("run {} has begun its {} and not checked it", newest_upgrade->id, newest_upgrade->act()),
            "orchestrate status " + policy.app};
  if (newest_upgrade && newest_upgrade->finished && !newest_upgrade->aborted && is_half_done(*newest_upgrade))
    return {false,
            fmt::format("run {} left its {} half done, as far as is known", newest_upgrade->id, newest_upgrade->act()),
            half_done_next(newest_upgrade->id)};
  const bool open = is_allowed(policy.gate, standing.kind);
  if (!open) return {false, standing.why, way_out(policy, standing.kind)};
  const bool tolerated = standing.kind != Standing::Kind::current;
  return {true,
          tolerated ? fmt::format("{}, which gate.{} allows", standing.why, to_string(standing.kind)) : standing.why,
          {}};
}

}  // namespace orchestrate
