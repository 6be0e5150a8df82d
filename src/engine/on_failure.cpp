#include "engine/on_failure.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "engine/code_before.hpp"
#include "engine/phase.hpp"
#include "engine/stopped_dump.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

using State = StageRecord::State;
struct Held {
  std::string why;
};
/// What the run that goes back needs to know, or why there is none.
using Answer = std::variant<Json, Held>;

/// When the last of these stages had ended; none where one did not pass.
std::optional<Time> end_of(const Run& run, const std::vector<const StageSpec*>& stages) {
  std::optional<Time> end;
  for (const StageSpec* spec : stages) {
    const StageRecord* record = run.stage(spec->name);
    if (!record || record->state != State::passed) return std::nullopt;
    end = std::max(end.value_or(Time()), record->started_at + record->elapsed);
  }
  return end;
}

bool is_kept_from_before(const StageRecord& dump, const Json& proof) {
  return std::ranges::any_of(dump.earlier, [&](const Evidence& earlier) {
    return earlier.name == evidence::backup_intact && earlier.facts["sha256"] == proof["sha256"];
  });
}

/// Whether the unit may have run between its stop and our own start of it; that one is what the policy wants to be
/// undone.
bool may_have_run(const Run& run, const std::string& unit, const UnitState& now, Time stopped) {
  const Json& before_start = run.fact(std::string(fact::service_before) + unit)["last_start_us"];
  const Time last =
      before_start.is_null() ? now.last_start : Time(std::chrono::microseconds(before_start.as_integer()));
  return last > stopped;
}

/// A start that another process made: nobody knows for how long the services have run by now.
bool started_unwatched(const Run& run, const Policy& policy, Time watched_since) {
  return std::ranges::any_of(policy.pipeline, [&](const StageSpec& spec) {
    const StageRecord* record = spec.kind == "start" || spec.kind == "restart" ? run.stage(spec.name) : nullptr;
    return record && record->state != State::waiting && record->started_at < watched_since;
  });
}

Answer by_restore(const Run& run, const Policy& policy, const Circumstances& around) {
  const auto dump = stopped_dump(policy);
  const StageRecord* record = dump ? run.stage(dump->take->name) : nullptr;
  const auto stopped = dump ? end_of(run, dump->stops) : std::nullopt;
  if (!record || !stopped) return Held{"it took no dump while services were stopped"};
  Json proof;
  for (const Evidence& found : record->outcome.evidence)
    if (found.name == evidence::backup_intact) proof = found.facts;
  if (proof.is_null()) return Held{"it took no dump while services were stopped"};
  if (is_kept_from_before(*record, proof)) return Held{"its dump is from before services were last stopped"};
  for (const auto& [unit, state] : around.units)
    if (may_have_run(run, unit, state, *stopped))
      return Held{unit + " may have run since it was stopped for the dump, and what it wrote would be lost"};
  if (started_unwatched(run, policy, around.watched_since))
    return Held{"services have run since the process that started them ended, and what they wrote would be lost"};
  if (!around.code) return Held{"nobody knows which code ran healthy before it"};
  return Json::object({{"backup", proof.text_or("path")},
                       {"code", *around.code},
                       {"database", run.fact(fact::database_before)["identity"].text_or("name")}});
}

/// The grade is for the review of the run that goes back.
Answer by_downgrade(const Run& run) {
  const std::string commits = run.evidence(evidence::review_passed).text_or("commits");
  if (is_half_done(run) && commits != "together" && commits != "by-revision")
    return Held{"a part of a revision may have stayed, which no downgrade undoes"};
  const auto from = run.evidence(evidence::migration_pending)["from"].as_strings();
  if (from.size() > 1) return Held{"it began at several revisions, and a downgrade goes to one"};
  return Json::object({{"to", from.empty() ? "base" : from.front()}});
}

Remedy remedy_for(const Run& run, const Policy& policy) {
  if (run.created.verb != "apply" || !has_changed_database(run)) return Remedy::hold;
  return (is_half_done(run) ? policy.on_failure.upgrade : policy.on_failure.after_upgrade).remedy;
}

Answer answer(Remedy remedy, const Run& run, const Policy& policy, const Circumstances& around) {
  if (around.tried) return Held{"run " + *around.tried + " has gone back, or tried to"};
  if (around.unknown) return Held{*around.unknown};
  if (around.asked_to_stop || run.cancel) return Held{"somebody asked the run to stop, and decides"};
  if (!run.fact(fact::finishes).is_null()) return Held{"it only finished what an earlier run had left open"};
  if (!run.evidence(evidence::upgrade_unjudged).is_null() && is_half_done(run))
    return Held{"the database did not answer when it was asked what the upgrade had left"};
  return remedy == Remedy::restore ? by_restore(run, policy, around) : by_downgrade(run);
}

}  // namespace

Json answer_to_failure(const Run& run, const Policy& policy, const Circumstances& around, const std::string& way_back) {
  const Remedy remedy = remedy_for(run, policy);
  if (remedy == Remedy::hold) return nullptr;
  const Answer answered = answer(remedy, run, policy, around);
  Json fact = Json::object({{"remedy", to_string(remedy)}});
  if (around.tried) fact.set("tried", *around.tried);
  if (const auto* held = std::get_if<Held>(&answered)) return fact.set("held", held->why);
  fact.set("run", way_back);
  for (const auto& [name, value] : std::get<Json>(answered).as_object()) fact.set(name, value);
  return fact;
}

Task<Json> ask_on_failure(const Run& run, const Policy& policy, ServiceManager& services, const Ledger& ledger,
                          Circumstances around, std::string way_back) {
  if (remedy_for(run, policy) == Remedy::hold) co_return nullptr;
  try {
    around.code = code_before(run, ledger);
    const Json& answered = run.fact(fact::on_failure);
    const std::string before = answered.text_or("run", answered.text_or("tried"));
    if (!before.empty() && !ledger.events(before).empty()) around.tried = before;
    const std::stop_token unstoppable;
    for (const UnitName& unit : policy.units()) {
      UnitState state = co_await services.state(unit, unstoppable);
      around.units.insert_or_assign(unit.text(), std::move(state));
    }
  } catch (const Error& error) {
    around.unknown = error.what();
  }
  co_return answer_to_failure(run, policy, around, way_back);
}

bool goes_back(const Run& run) {
  return run.finished && run.finished->result == Result::held && run.fact(fact::on_failure)["run"].is_string();
}

RunFinished told_with_offer(RunFinished end, const Run& run, const Policy& policy) {
  const Remedy remedy = remedy_for(run, policy);
  if (remedy != Remedy::hold)
    end.next = fmt::format("orchestrate resume {}  (on_failure: {}, or it says why not)", run.id, to_string(remedy));
  return end;
}

RunFinished told_with_answer(RunFinished end, const Run& run) {
  const Json& answer = run.fact(fact::on_failure);
  if (answer.is_null() || end.result != Result::held) return end;
  const std::string remedy = answer.text_or("remedy"), way_back = answer.text_or("run");
  if (way_back.empty()) {
    end.summary += fmt::format("; on_failure: {} was not begun: {}", remedy, answer.text_or("held"));
    return end;
  }
  end.summary += fmt::format("; on_failure: {}, by run {}", remedy, way_back);
  end.next = fmt::format("orchestrate show {}  (it undoes this one; where there is no such run: orchestrate resume {})",
                         way_back, run.id);
  return end;
}

}  // namespace orchestrate
