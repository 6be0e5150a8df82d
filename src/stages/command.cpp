#include "stages/command.hpp"

#include <array>

#include "orchestrate/evidence.hpp"
#include "stages/command_report.hpp"
#include "stages/project_command.hpp"

namespace orchestrate {
namespace {

class OwnCommand final : public Stage {
 public:
  OwnCommand(std::string name, Argv argv) : name_(std::move(name)), argv_(std::move(argv)) {}

  std::string describe() const override {
    std::string text = "run";
    for (const std::string& word : argv_) text += " " + word;
    return text;
  }

  Task<Outcome> run(StageContext& context) const override {
    Command command = project_command(context.application, argv_);
    command.timeout = std::chrono::hours(24);  // the stage's own deadline is the limit
    command.log = context.output;
    context.record(fact::command_ran, name_);
    const Exit exit = co_await context.ports.commands.run(std::move(command), context.stop);
    if (!exit.ok()) co_return failed_command(name_, exit, context.output);
    co_return Outcome{Verdict::passed, argv_.front() + " exited with 0", {}, {}, {}};
  }

 private:
  std::string name_;
  Argv argv_;
};

constexpr std::array<Key, 1> keys = {{
    {.name = "argv",
     .type = ValueType::text_list,
     .presence = Presence::required,
     .purpose = "The program and its arguments; no shell reads them."},
}};
constexpr std::array needs = {evidence::preflight_passed, evidence::backup_intact, evidence::review_passed};

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy&) {
  return std::make_unique<OwnCommand>(spec.name, spec.settings.texts("argv"));
}

}  // namespace

const StageKind command_stage = {.name = "command",
                                 .purpose = "Run a command of your own.",
                                 .keys = keys,
                                 .needs = needs,
                                 .effect = always_changes,
                                 .timeout = std::chrono::minutes(10),
                                 .bind = bind};

}  // namespace orchestrate
