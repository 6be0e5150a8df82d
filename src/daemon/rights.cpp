#include "daemon/rights.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"

namespace orchestrate::daemon {

Task<bool> Rights::is_authorised(std::string client, Right right, Details details, bus::Ask ask) const {
  const std::uint32_t caller = co_await uid(client);
  co_await turns_.wait(caller);
  const Turns::Turn turn(turns_, caller);
  const std::string action = action_of(right);
  const bool authorised = co_await bus::is_authorised(connection_, client, action, details, ask);
  co_return authorised;
}

Task<> Rights::demand(std::string client, Right right, std::string app, std::string verb) const {
  const Details details{{"app", app}, {"verb", verb}};
  const bool authorised = co_await is_authorised(client, right, details, bus::Ask::for_a_password);
  if (authorised) co_return;
  throw Error(ErrorKind::denied, verb + " " + app, "polkit does not let you " + action_of(right),
              "use sudo, or see the rules in /etc/polkit-1/rules.d");
}

bool Rights::asked_for(std::uint32_t uid, const Run& run) {
  return run.created.requested_by.starts_with(fmt::format("uid {} ", uid));
}

Task<> Rights::demand_found(std::string client, std::optional<Run> run) const {
  const std::uint32_t caller = co_await uid(client);
  if (run) {
    if (asked_for(caller, *run)) co_return;
    const Details details{{"app", run->created.app}, {"verb", "read"}};
    const bool authorised = co_await is_authorised(client, Right::read, details, bus::Ask::nobody);
    if (authorised) co_return;
  }
  co_await demand(client, Right::read, "", "read");
}

Task<> Rights::demand_read(std::string client, const Run& run) const {
  const std::uint32_t caller = co_await uid(client);
  if (asked_for(caller, run)) co_return;
  co_await demand(client, Right::read, run.created.app, "read");
}

Task<std::uint32_t> Rights::uid(std::string client) const {
  return bus::uid_of(connection_, std::move(client));
}

}  // namespace orchestrate::daemon
