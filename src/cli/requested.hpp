#pragma once

#include "cli/arguments.hpp"
#include "request/request.hpp"
#include "request/verbs.hpp"

namespace orchestrate::cli {

/// What was typed, as the options of a request to the daemon.
Json options_of(const Arguments& arguments, const RequestVerb& verb);

/// A request to a worker, as if it had been typed for whom it is made.
Arguments arguments_of(const Request& request);

}  // namespace orchestrate::cli
