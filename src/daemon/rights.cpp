#include "daemon/rights.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate::daemon {

namespace {

// "uid 0, root, is _always_ authorized for anything" (polkitbackendinteractiveauthority.c), so that root needs not wait
// for polkit: its 122, which Debian 12 has, now and then answers nobody for 15 s (mended in its 123, commit 5615ed0).
constexpr std::uint32_t root = 0;

}  // namespace

Task<bool> Rights::may(std::uint32_t caller, std::string client, Right right, std::string app, std::string verb,
                       bus::Ask ask) const {
  if (caller == root) co_return true;
  const std::string action = action_of(right);
  const std::map<std::string, std::string> details{{"app", app}, {"verb", verb}};
  Task<bool> question = bus::is_authorised(connection_, client, action, details, ask);
  const bool authorised = co_await questions_.ask(caller, std::move(question));
  co_return authorised;
}

Task<> Rights::demand_of(std::uint32_t caller, std::string client, Right right, std::string app,
                         std::string verb) const {
  const bool authorised = co_await may(caller, client, right, app, verb, bus::Ask::for_a_password);
  if (authorised) co_return;
  throw Error(ErrorKind::denied, verb + " " + app, "polkit does not let you " + action_of(right),
              "use sudo, or see the rules in /etc/polkit-1/rules.d");
}

Task<> Rights::demand(std::string client, Right right, std::string app, std::string verb) const {
  const std::uint32_t caller = co_await uid(client);
  co_await demand_of(caller, client, right, app, verb);
}

bool Rights::asked_for(std::uint32_t uid, const Run& run) {
  return run.created.requested_by.starts_with(fmt::format("uid {} ", uid));
}

Task<> Rights::demand_found(std::string client, std::optional<Run> run) const {
  const std::uint32_t caller = co_await uid(client);
  const std::string any_app, verb = "read";
  if (run) {
    if (asked_for(caller, *run)) co_return;
    const bool authorised = co_await may(caller, client, Right::read, run->created.app, verb, bus::Ask::nobody);
    if (authorised) co_return;
  }
  co_await demand_of(caller, client, Right::read, any_app, verb);
}

Task<> Rights::demand_read(std::string client, const Run& run) const {
  const std::uint32_t caller = co_await uid(client);
  if (asked_for(caller, run)) co_return;
  const std::string app = run.created.app, verb = "read";
  co_await demand_of(caller, client, Right::read, app, verb);
}

Task<std::uint32_t> Rights::uid(std::string client) const {
  return bus::uid_of(connection_, std::move(client));
}

}  // namespace orchestrate::daemon
