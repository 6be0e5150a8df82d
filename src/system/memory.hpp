#pragma once

#include <cstdint>
#include <filesystem>

namespace orchestrate::system {

/// Bytes that this process and its children may still take: of the host (MemAvailable in `proc`/meminfo), and of each
/// control group that they are in (memory.max, memory.current and memory.stat below `cgroups`, by `proc`/self/cgroup).
/// Throws Error where the host does not say.
std::uint64_t available_memory(const std::filesystem::path& proc = "/proc",
                               const std::filesystem::path& cgroups = "/sys/fs/cgroup");

}  // namespace orchestrate::system
