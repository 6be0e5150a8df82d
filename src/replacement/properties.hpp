#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::replacement {

/// The statement that makes an empty database of the same encoding, locale, tablespace and owner as `model`'s.
Task<std::string> creation_of(Database& admin, std::string name, std::string model, std::stop_token stop);

/// Gives `name` what a database has beside its contents, as `model` has it: grants, settings, settings of roles in it,
/// connection limit, comment. A restored dump brings none of these.
Task<> copy_properties(Database& admin, std::string name, std::string model, std::stop_token stop);

}  // namespace orchestrate::replacement
