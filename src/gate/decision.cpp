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

GateDecision decide(const Policy& policy, const Standing& standing, const GateMemory& memory, Time now) {
  const auto& [migration, opening] = memory;
  if (opening && now < opening->until)
    return {true,
            fmt::format("held open until {} by {}: {}", utc_text(opening->until), opening->by, opening->reason),
            {},
            opening->until};
  if (migration && is_changing(*migration))
    return {false, fmt::format("run {} has begun its {} and not checked it", migration->id, migration->act()),
            "orchestrate status " + policy.app};
  if (migration && migration->finished && !migration->aborted && is_half_done(*migration))
    return {false, fmt::format("run {} left its {} half done, as far as is known", migration->id, migration->act()),
            half_done_next(migration->id)};
  const bool open = is_allowed(policy.gate, standing.kind);
  if (!open) return {false, standing.why, way_out(policy, standing.kind)};
  const bool tolerated = standing.kind != Standing::Kind::current;
  return {true,
          tolerated ? fmt::format("{}, which gate.{} allows", standing.why, to_string(standing.kind)) : standing.why,
          {}};
}

}  // namespace orchestrate
