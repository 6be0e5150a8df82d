#pragma once

#include <string>
#include <string_view>

namespace orchestrate {

/// A definition without what a dump and its restore change in it: an expression that was written down and parsed again
/// may have its brackets and casts elsewhere, `(ARRAY['a'::character varying])::text[]` becomes `ARRAY[('a'::character
/// varying)::text]`.
std::string without_brackets_and_casts(std::string_view text);

/// Whether two definitions differ in that alone, or not at all.
bool is_same_expression(std::string_view one, std::string_view other);

}  // namespace orchestrate
