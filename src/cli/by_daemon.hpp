#pragma once

#include <memory>
#include <string>

#include "bus/daemon_client.hpp"
#include "cli/arguments.hpp"

namespace orchestrate::cli {

/// The daemon, when it is to do what was typed: where it is installed and the app has a worker, unless `--local` or
/// `--state` say otherwise. nullptr: this process does it.
std::unique_ptr<bus::DaemonClient> daemon_for(const Arguments& arguments, const std::string& app);

/// On stderr: that this process does it, and why; nothing in a worker, which says it by being one.
void tell_who_does(const Arguments& arguments, const std::string& verb, const std::string& app);

/// Asks for the verb and shows the run as it goes. Returns the exit code of the run, or 130 when it was left alone.
int done_by(bus::DaemonClient& daemon, const Arguments& arguments, const std::string& verb, const std::string& app);

/// Shows a run until its end, as done_by does.
int followed(bus::DaemonClient& daemon, const Arguments& arguments, const std::string& path);

}  // namespace orchestrate::cli
