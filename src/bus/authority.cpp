#include "bus/authority.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <array>

#include "bus/call.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::bus {
namespace {

using namespace std::chrono_literals;

constexpr auto password_limit = 5min;  // a person may be typing it

// dbus-daemon drops its own answers without a word while 127 MB (max_outgoing_bytes) wait for who asked, as when others
// shout at the daemon (bus_transaction_send_from_driver): it is asked again. Together they are less than the 25 s after
// which the client has given up.
constexpr std::array question_limits = {1s, 2s, 4s, 6s, 10s};

bool is_unanswered(const CallFailed& error) {
  return error.name() == "org.freedesktop.DBus.Error.NoReply" || error.name() == "org.freedesktop.DBus.Error.Timeout";
}

}  // namespace

Task<bool> is_authorised(Connection& connection, std::string client, std::string action,
                         std::map<std::string, std::string> details, Ask ask) {
  const Method method{"org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                      "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization"};
  const Fill fill = [&](sdbus::MethodCall& message) {
    const std::map<std::string, sdbus::Variant> name{{"name", sdbus::Variant(client)}};
    message << sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>("system-bus-name", name) << action
            << details << static_cast<std::uint32_t>(ask) << std::string();
  };
  bool authorised = false;
  const Take take = [&](sdbus::MethodReply& reply) {
    sdbus::Struct<bool, bool, std::map<std::string, std::string>> result;
    reply >> result;
    authorised = result.get<0>();
  };
  try {
    co_await call(connection, method, fill, take, password_limit);
  } catch (const CallFailed& error) {
    throw Error(ErrorKind::denied, "ask polkit about " + action, error.what(), "is polkit.service running?");
  }
  co_return authorised;
}

Task<std::uint32_t> uid_of(Connection& connection, std::string client) {
  const Method method{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser"};
  const Fill fill = [&](sdbus::MethodCall& message) { message << client; };
  std::uint32_t uid = 0;
  const Take take = [&](sdbus::MethodReply& reply) { reply >> uid; };
  std::string failure;
  for (const std::chrono::milliseconds limit : question_limits) {
    try {
      co_await call(connection, method, fill, take, limit);
      co_return uid;
    } catch (const CallFailed& error) {
      failure = error.what();
      if (!is_unanswered(error)) break;
    }
  }
  throw Error(ErrorKind::denied, "learn who calls", failure);
}

}  // namespace orchestrate::bus
