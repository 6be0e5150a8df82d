#include <fmt/format.h>

#include "orchestrate/ports.hpp"

namespace orchestrate {
namespace {

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? fmt::format("{} s", count / 1000) : fmt::format("{} ms", count);
}

}  // namespace

std::string Exit::text() const {
  switch (cause) {
    case Cause::exited:
      return fmt::format("exit code {}", code);
    case Cause::signalled:
      return fmt::format("killed by signal {}", code);
    case Cause::deadline:
      return fmt::format("no end within {}: ended", duration_text(timeout));
    case Cause::stopped:
      return "stopped: ended";
  }
  return {};
}

}  // namespace orchestrate
