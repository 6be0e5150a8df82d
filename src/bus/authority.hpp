#pragma once

#include <map>
#include <string>

#include "orchestrate/task.hpp"

namespace orchestrate::bus {

class Connection;

/// The values are polkit's flags.
enum class Ask : std::uint32_t { nobody = 0, for_a_password = 1 };

/// Whether polkit lets the client with that unique bus name do `action`; `details` are what its rules may look up.
/// Where a client has an agent, a person may be asked for a password meanwhile. Throws Error (`denied`) when polkit
/// cannot be asked: not knowing is no.
Task<bool> is_authorised(Connection& connection, std::string client, std::string action,
                         std::map<std::string, std::string> details, Ask ask);

/// Throws Error (`denied`) when it has gone.
Task<std::uint32_t> uid_of(Connection& connection, std::string client);

}  // namespace orchestrate::bus
