#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace orchestrate::rehearsal {

/// What a copy may take of the host, in bytes, as the policy says; 0: it says nothing.
struct Budget {
  std::uint64_t disk = 0;  ///< for the data
  std::uint64_t memory = 0;
};

/// What of the memory that is available the server may take; without a word of the policy a quarter of it. Throws Error
/// where it is too little.
std::uint64_t memory_within(const Budget& budget, std::uint64_t available);

/// Settings of a server that is restored into and migrated within that memory, as `name=value`.
std::vector<std::string> memory_settings(std::uint64_t memory);

}  // namespace orchestrate::rehearsal
