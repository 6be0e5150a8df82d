#pragma once

#include <cstdint>

#include "rehearsal/rehearse.hpp"

namespace orchestrate::rehearsal {

/// What a rehearsal on a sample would have measured with all rows, as far as that grows with them; of a whole copy,
/// what it measured. A statement has to do with the tables that it names or wrote; the smallest share counts.
Duration with_all_rows(const Rehearsed& rehearsed, const RecordedStatement& statement);
/// With the statements that ran while the lock was held.
Duration with_all_rows(const Rehearsed& rehearsed, const LockWindow& window);
/// Bytes.
std::uint64_t with_all_rows(const Rehearsed& rehearsed, const Rewrite& rewrite);

}  // namespace orchestrate::rehearsal
