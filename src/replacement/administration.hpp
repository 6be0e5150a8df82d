#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "orchestrate/obstacle.hpp"
#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "schema/state.hpp"

namespace orchestrate::replacement {

/// A writing session beside the application's database, on the same server, as the role of admin_url, or as the
/// application's own. A database is renamed from elsewhere only.
Task<std::unique_ptr<Database>> administer(const Application& application, Databases& databases, std::stop_token stop);

/// The application's database under another name, as that role.
DatabaseUrl as_administrator(const Application& application, std::string database);

/// Why that role could not put another database into the place of this one, as the application's own sessions see it:
/// it is on another server, or may not make, rename or empty databases. Empty: it could.
Task<std::vector<Obstacle>> obstacles_to_replace(const Application& application, Databases& databases,
                                                 DatabaseIdentity database, std::stop_token stop);

}  // namespace orchestrate::replacement
