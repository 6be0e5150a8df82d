#pragma once

#include <stop_token>

#include "orchestrate/policy.hpp"
#include "orchestrate/ports.hpp"
#include "orchestrate/run.hpp"
#include "replacement/replacement.hpp"

namespace orchestrate::replacement {

/// The two databases of a restore, as far as it got. The new one's oid is known once it holds the backup.
Replacement replacement_of(const Run& run);

/// Before the exchange of names: the present database is opened to clients again and the new one is dropped; returns
/// why it could not be. Nothing is done after the exchange, or where the run had made nothing yet. Throws Error.
Task<std::string> take_back(const Run& run, const Application& application, Databases& databases);

/// Which side an exchange of names left, as the server says, whatever we heard of it: `heard` becomes the outcome of
/// the stage. Before the exchange that is taken back. Throws Error where the server does not say.
Task<Outcome> judged(const Run& run, Outcome heard, const Application& application, Databases& databases);

}  // namespace orchestrate::replacement
