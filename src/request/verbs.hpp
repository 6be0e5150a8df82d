#pragma once

#include <span>
#include <string>
#include <string_view>

#include "orchestrate/json.hpp"

namespace orchestrate {

/// The classes of verbs that polkit knows, as `org.orchestrate.CLASS`.
enum class Right { read, apply, restore };
std::string action_of(Right right);

/// A verb that a worker does when the daemon is asked for it.
struct RequestVerb {
  enum class On { app, run };
  std::string_view name;
  Right right;
  On on;  ///< whether it makes a run, or goes on with the one that the option `run` names
  std::span<const std::string_view> options;
};

/// Throws Error (`usage`).
const RequestVerb& request_verb(std::string_view name);

/// The options as they are when each is one of the verb's and of its type and size. Throws Error (`usage`).
void check_options(const RequestVerb& verb, const Json& options);

/// Throws Error (`usage`) unless it is a name that policies may have.
void check_app_name(std::string_view app);

}  // namespace orchestrate
