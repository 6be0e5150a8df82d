#include "stages/as_before.hpp"

#include <array>

#include "orchestrate/evidence.hpp"
#include "schema/aftermath.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
namespace {

class AsBefore final : public Stage {
 public:
  explicit AsBefore(SchemaState before) : before_(std::move(before)) {}

  std::string describe() const override { return "compare version rows and catalog with how they were"; }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const auto database = co_await open_session(context, context.stop);
    const std::vector<std::string> schemas = app_schemas(policy);
    const SchemaState now = co_await read_state(*database, policy.migrations.version_table, schemas, context.stop);
    if (now == before_) co_return Outcome{Verdict::passed, "version rows and catalog are as they were", {}, {}, {}};
    co_return Outcome{Verdict::failed,
                      "the downgrade did not undo all that the upgrade had done",
                      {what_differs(before_, now)},
                      {},
                      {},
                      "orchestrate logs " + context.run.id};
  }

 private:
  SchemaState before_;
};

constexpr std::array<Key, 1> keys = {{{"state", ValueType::text, Presence::required, {}, "How they were"}}};
constexpr std::array needs = {evidence::upgrade_done};

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  return std::make_unique<AsBefore>(state_from_json(parse_json(spec.settings.text("state"))));
}

}  // namespace

const StageKind as_before_stage = {.name = "as_before",
                                   .purpose = "Compare version rows and catalog with how they were.",
                                   .keys = keys,
                                   .needs = needs,
                                   .timeout = std::chrono::minutes(1),
                                   .bind = bind};

}  // namespace orchestrate
