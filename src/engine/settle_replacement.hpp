#pragma once

#include <optional>
#include <stop_token>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"
#include "replacement/replacement.hpp"

namespace orchestrate {

/// The two databases of a restore, as far as it got. The new one's oid is known once it holds the backup.
replacement::Replacement replacement_of(const Run& run);

/// Asks the server which side a restore is on. Before the exchange of names the present database is opened to clients
/// again and the new one is dropped. nullopt: the run had made nothing yet.
Task<std::optional<replacement::Side>> settle_replacement(const Run& run, const Application& application,
                                                          Databases& databases);

/// What the server says about a restore whose end nobody saw; `begun` is what is known without it.
Task<Outcome> replacement_outcome(const Run& run, Outcome begun, const Application& application, Databases& databases);

}  // namespace orchestrate
