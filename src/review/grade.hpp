#pragma once

#include <string_view>

#include "review/review.hpp"

namespace orchestrate {

/// How good a way back is, from best to worst.
enum class Grade {
  keeps_data,      ///< one transaction that deletes nothing
  loses_data,      ///< one transaction; it deletes what was written since, or more
  partial_commit,  ///< when it fails in the middle, a part of it stays
  unproven,        ///< nobody can tell from the text, or a downgrade() does nothing
  restore_only,    ///< a downgrade() is missing or raises: only a backup leads back
};

/// Of a review of downgrade() functions.
Grade grade_of(const ReviewReport& report);

std::string_view to_string(Grade grade);
/// What that means for an operator.
std::string_view meaning_of(Grade grade);

}  // namespace orchestrate
