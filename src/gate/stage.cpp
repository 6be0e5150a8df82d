#include "gate/stage.hpp"

#include <array>

#include "engine/phase.hpp"
#include "gate/ask.hpp"
#include "gate/decision.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

class GateQuestion final : public Stage {
 public:
  std::string describe() const override { return "ask whether the services may start on this schema"; }

  Task<Outcome> run(StageContext& context) const override {
    const Standing standing = co_await standing_now(context.application, context.ports.databases, context.stop);
    GateMemory memory = context.gate;
    if (phase_of(context.run) == Phase::after_upgrade) memory.migration = context.run;  // what was before is history
    const GateDecision decision = decide(context.application.policy, standing, memory, context.ports.clock.now());
    if (!decision.open) {
      context.record(fact::gate_closed, decision.why);
      co_return Outcome{Verdict::failed, "closed: " + decision.why, {}, {}, {}, decision.next};
    }
    Outcome outcome{Verdict::passed, "open: " + decision.why, {}, {}, {}};
    outcome.evidence.push_back({std::string(evidence::gate_open),
                                Json::object({{"standing", to_string(standing.kind)}, {"why", decision.why}})});
    co_return outcome;
  }
};

constexpr std::array provides = {evidence::gate_open};

std::unique_ptr<Stage> bind(const StageSpec&, const Policy&) {
  return std::make_unique<GateQuestion>();
}

}  // namespace

const StageKind gate_stage = {.name = "gate",
                              .purpose = "Ask whether the services may start on this schema.",
                              .provides = provides,
                              .timeout = std::chrono::seconds(15),
                              .bind = bind};

}  // namespace orchestrate
