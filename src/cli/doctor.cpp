#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "bus/systemd_bus.hpp"
#include "cli/find_run.hpp"
#include "cli/gate_states.hpp"
#include "cli/lone_context.hpp"
#include "cli/place.hpp"
#include "cli/terminal.hpp"
#include "cli/unit_rights.hpp"
#include "cli/verbs.hpp"
#include "doctor/examination.hpp"
#include "engine/applied.hpp"
#include "engine/attempt.hpp"
#include "init/survey.hpp"
#include "orchestrate/app.hpp"
#include "orchestrate/error.hpp"
#include "policy/section.hpp"
#include "render/doctor.hpp"
#include "stages/preflight.hpp"
#include "stages/review.hpp"
#include "stages/verify_backup.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

/// What only whoever typed it may see: afterwards root is given up.
struct Seen {
  bool root = ::geteuid() == 0;
  std::shared_ptr<bus::SystemdBus> bus;
  std::vector<init::UnitFile> services;
  init::Jobs jobs;
  bool policy_is_roots = false;
  std::optional<GateState> gate;
};

std::shared_ptr<bus::SystemdBus> bus_if_any() {
  try {
    return bus::SystemdBus::open();
  } catch (const Error&) {
    return nullptr;  // each check that asks it says so
  }
}

Seen look_around(const Policy& policy, const Arguments& arguments) {
  const init::HostPlaces places = init::host_places();
  Seen seen{.bus = bus_if_any(), .services = init::read_services(places.units)};
  seen.jobs = init::jobs_in(places.jobs, seen.services);
  seen.policy_is_roots = only_root_may_change(policy.file);
  seen.gate = gate_states({policy.file.string()}, arguments).front();
  return seen;
}

Settings preflight_settings(const Policy& policy) {
  if (const StageSpec* spec = policy.stage_of_kind(preflight_stage.name)) return spec->settings;
  std::vector<Problem> none;
  const YamlNode nothing{.kind = YamlNode::Kind::mapping};
  return read_section(preflight_stage.name, nothing, preflight_stage.keys, none).settings;
}

/// A stage that only looks, as a check.
Task<Answer> looked_at(const Stage& stage, StageContext context, std::string fix) {
  const Outcome outcome = co_await attempt(stage.run(context));
  if (outcome.verdict == Verdict::passed) co_return passed(outcome.summary);
  std::string what = outcome.summary;
  for (const std::string& detail : outcome.details) what += "; " + detail;
  co_return refused(what, outcome.next.empty() ? fix : outcome.next);
}

/// One look at an application; everything that its questions refer to lives as long as it.
class Doctor {
 public:
  Doctor(Session& session, const Seen& seen)
      : session_(session),
        seen_(seen),
        settings_(preflight_settings(policy())),
        context_(around_.of(session)),
        inspection_{.context = context_, .settings = settings_},
        examination_{.inspection = inspection_,
                     .bus = seen.bus,
                     .services = seen.services,
                     .jobs = seen.jobs,
                     .state = session.state_directory(),
                     .verification = {}} {
    context_.state.clear();  // a look makes no throw-away server
    recall();
  }

  Task<std::vector<CheckResult>> examine() {
    std::vector<Question> questions = preflight::questions(inspection_);
    const std::size_t in_preflight = questions.size();
    add(questions, "ledger", "", &Doctor::ledger);
    add(questions, "backup", "database", &Doctor::backup);
    questions.push_back({"review", "revisions", [this, in_preflight] { return review(in_preflight); }});
    doctor::add_questions(questions, examination_);
    add(questions, "gate", "", &Doctor::gate);
    add(questions, "policy file", "", &Doctor::policy_file);
    add(questions, "polkit", "services", &Doctor::polkit);
    co_return co_await answers_to(std::move(questions));
  }

 private:
  const Policy& policy() const { return session_.application().policy; }

  void add(std::vector<Question>& questions, std::string_view name, std::string_view after,
           Task<Answer> (Doctor::*ask)()) {
    questions.push_back({name, after, [this, ask] { return (this->*ask)(); }});
  }

  /// What earlier runs and nights have left in the ledger; other checks are made without it, too.
  void recall() try {
    if (!fs::exists(session_.state_directory())) return;
    const auto ledger = open_for_reading(session_.state_directory());
    around_.approvals = ledger->approvals();
    around_.applied = applied_revisions(*ledger);
    examination_.verification = ledger->verification();
  } catch (const Error& error) {
    unreadable_ledger_ = error;
  }

  Task<Answer> ledger() {
    if (unreadable_ledger_) throw Error(*unreadable_ledger_);
    co_return passed();
  }

  Task<Answer> backup() {
    const StageSpec* spec = policy().stage_of_kind("backup");
    if (!spec) co_return passed("the pipeline has none");
    const auto stage = verification_of(*spec, policy());
    co_return co_await looked_at(*stage, context_, "orchestrate verify-backup " + policy().app);
  }

  Task<Answer> review(std::size_t in_preflight) {
    const StageSpec* spec = policy().stage_of_kind(review_stage.name);
    if (!spec) co_return passed("the pipeline has none");
    StageRecord preflight{.name = "preflight"};
    preflight.outcome.evidence = preflight::proof_of(inspection_, in_preflight);
    around_.run.stages = {preflight};
    const auto stage = review_stage.bind(*spec, policy());
    co_return co_await looked_at(*stage, context_, "orchestrate plan " + policy().app);
  }

  Task<Answer> gate() {
    if (!seen_.gate) co_return refused("it did not answer", "orchestrate gate " + policy().app);
    if (seen_.gate->open) co_return passed(seen_.gate->why);
    co_return refused("a gated service would not start now: " + seen_.gate->why, seen_.gate->next);
  }

  /// It says as whom to run what: a worker does what it says.
  Task<Answer> policy_file() {
    const std::string file = policy().file.string();
    if (seen_.policy_is_roots) co_return passed(file);
    co_return refused("others than root may change " + file + " or a directory above it",
                      "give to root and close (chown root, chmod go-w) what is not so in: namei -l " + file);
  }

  /// Asked as the application's user, as who a worker acts.
  Task<Answer> polkit() {
    const bool needed = fs::exists(worker_drop_ins(policy().app)) || !seen_.root;
    Answer answer;
    for (const MissingRight& right : missing_unit_rights(policy()))
      if (needed)
        answer.obstacles.push_back({right.what, right.rule});
      else
        answer.advice.push_back("only root may apply; " + right.rule);
    co_return answer;
  }

  Session& session_;
  const Seen& seen_;
  LoneContext around_;
  Settings settings_;
  StageContext context_;
  preflight::Inspection inspection_;
  doctor::Examination examination_;
  std::optional<Error> unreadable_ledger_;
};

Task<int> examine(Session& session, const Seen& seen, Format format) {
  Doctor doctor(session, seen);
  const auto results = co_await doctor.examine();
  const std::string& app = session.application().policy.app;
  write(stdout, format == Format::json ? to_pretty_text(doctor_json(app, results)) + "\n"
                                       : doctor_text(app, results, style_of(stdout)));
  co_return std::ranges::all_of(results, &CheckResult::passed) ? 0 : 1;
}

}  // namespace

int doctor(const Arguments& arguments) {
  Loaded loaded = load(cli::policy_file(arguments.app));
  const Seen seen = look_around(loaded.policy, arguments);
  Session session(std::move(loaded.policy), arguments, Reach::services, State::as_it_is);
  session.make_commands(std::nullopt);
  return session.run(examine(session, seen, arguments.format));
}

}  // namespace orchestrate::cli
