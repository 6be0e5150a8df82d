#pragma once

#include <string_view>

namespace orchestrate {

/// Whether a column or parameter of that name holds what nobody may print: a password, a token, a key. Not the hash of
/// one: that is no use to whoever reads it in a log.
bool names_a_secret(std::string_view name);

}  // namespace orchestrate
