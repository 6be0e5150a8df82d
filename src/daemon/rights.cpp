#include "daemon/rights.hpp"

#include <fmt/format.h>

#include "bus/authority.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::daemon {

Task<> Rights::demand(std::string client, Right right, std::string app, std::string verb) const {
  const std::string action = action_of(right);
  const std::map<std::string, std::string> details{{"app", app}, {"verb", verb}};
  const bool authorised = co_await bus::is_authorised(connection_, client, action, details);
  if (authorised) co_return;
  throw Error(ErrorKind::denied, verb + " " + app, "polkit does not let you " + action,
              "use sudo, or see the rules in /etc/polkit-1/rules.d");
}

Task<> Rights::demand_read(std::string client, const Run& run) const {
  const std::uint32_t caller = co_await uid(client);
  if (run.created.requested_by.starts_with(fmt::format("uid {} ", caller))) co_return;
  co_await demand(client, Right::read, run.created.app, "read");
}

Task<std::uint32_t> Rights::uid(std::string client) const {
  return bus::uid_of(connection_, std::move(client));
}

}  // namespace orchestrate::daemon
