#include "rehearsal/budget.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/size_text.hpp"

namespace orchestrate::rehearsal {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t least = 64 * mib;  // a server with some sessions of pg_restore
constexpr std::uint64_t most_by_itself = 2048 * mib;

}  // namespace

std::uint64_t memory_within(const Budget& budget, std::uint64_t available) {
  const std::uint64_t wanted = budget.memory > 0 ? budget.memory : std::clamp(available / 4, least, most_by_itself);
  if (wanted >= least && wanted <= available) return wanted;
  if (wanted < least)
    throw Error(ErrorKind::policy, "make a throw-away server", "rehearsal.memory is " + size_text(wanted),
                "give it " + size_text(least) + " or more");
  throw Error(ErrorKind::failed, "make a throw-away server",
              fmt::format("it may take {} of memory, and {} are available", size_text(wanted), size_text(available)),
              "free some, or lower rehearsal.memory in the policy");
}

std::vector<std::string> memory_settings(std::uint64_t memory) {
  const std::uint64_t shared = std::clamp(memory / mib / 8, std::uint64_t{16}, std::uint64_t{256});
  // Of each session that restores. More makes an index slower: its sort leaves the processor's cache.
  const std::uint64_t maintenance = std::clamp(memory / mib / 6, std::uint64_t{8}, std::uint64_t{64});
  return {fmt::format("shared_buffers={}MB", shared), fmt::format("maintenance_work_mem={}MB", maintenance)};
}

}  // namespace orchestrate::rehearsal
