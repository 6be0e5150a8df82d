#include "engine/attempt.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

Outcome failure(const Error& error) {
  Outcome outcome{Verdict::failed, error.doing() + ": " + error.why(), {}, {}, {}};
  if (!error.hint().empty()) outcome.details.push_back("fix: " + error.hint());
  return outcome;
}

}  // namespace

Task<Outcome> attempt(Task<Outcome> work) {
  try {
    co_return co_await std::move(work);
  } catch (const Error& error) {
    co_return failure(error);
  } catch (const std::exception& error) {
    co_return Outcome{Verdict::failed, fmt::format("internal error: {}", error.what()), {}, {}, {}};
  }
}

}  // namespace orchestrate
