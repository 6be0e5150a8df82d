#include "engine/limits.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate {

Task<> expire(Clock& clock, std::chrono::milliseconds timeout, std::shared_ptr<Limits> limits) {
  try {
    co_await clock.sleep(timeout, limits->timer());
  } catch (const Error&) {
    co_return;  // the stage ended first
  }
  limits->stop(Limits::Reason::deadline);
}

Outcome explained(Outcome outcome, const Limits& limits, const PlannedStage& stage) {
  const bool by_us = limits.reason() != Limits::Reason::none && outcome.verdict == Verdict::failed;
  if (!by_us) return outcome;
  if (!outcome.summary.empty()) outcome.details.insert(outcome.details.begin(), outcome.summary);
  switch (limits.reason()) {
    case Limits::Reason::asked:
      outcome.summary = "stopped because it was asked to";
      return outcome;
    case Limits::Reason::pointless:
      outcome.verdict = Verdict::stopped;
      outcome.summary = "stopped, since another check did not pass";
      return outcome;
    case Limits::Reason::deadline:
    case Limits::Reason::none:
      break;
  }
  outcome.summary = fmt::format("no end within {} s", std::chrono::duration<double>(stage.timeout).count());
  outcome.details.push_back(fmt::format("fix: find out what it waits for, or set {}.timeout", stage.name));
  return outcome;
}

}  // namespace orchestrate
