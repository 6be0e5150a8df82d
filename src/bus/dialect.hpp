#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sdbus {
class IConnection;
class IObject;
class IProxy;
class MethodCall;
class MethodReply;
class PropertyGetReply;
class Signal;
}  // namespace sdbus

/// What sdbus-c++ 1 and 2 each want to be asked for in their own way. Nothing else here knows the version.
namespace orchestrate::bus {

/// Whether there was a message to handle.
bool handle_one(sdbus::IConnection& connection);
void request_name(sdbus::IConnection& connection, const std::string& name);

std::unique_ptr<sdbus::IProxy> proxy_at(sdbus::IConnection& connection, const std::string& service,
                                        const std::string& path);
/// Once for each proxy.
void listen(sdbus::IProxy& proxy, const std::string& interface, const std::string& signal,
            std::function<void(sdbus::Signal&)> handler);

/// An error as the bus tells it; both empty: none.
struct ReplyError {
  std::string name, message;
};
/// `done` is called while messages are handled.
void call_async(sdbus::IProxy& proxy, const std::string& interface, const std::string& method,
                const std::function<void(sdbus::MethodCall&)>& fill, std::chrono::milliseconds limit,
                std::function<void(sdbus::MethodReply&, const ReplyError&)> done);

struct MethodRow {
  const char *name, *in, *out;  ///< signatures
  std::vector<std::string> in_names, out_names;
  std::function<void(sdbus::MethodCall)> call;
};
struct PropertyRow {
  const char *name, *type;
  std::function<void(sdbus::PropertyGetReply&)> get;
};
/// An object with one interface, on the bus as long as it lives. Signals carry nothing.
std::unique_ptr<sdbus::IObject> publish(sdbus::IConnection& connection, const std::string& path, const char* interface,
                                        std::vector<MethodRow> methods, std::vector<PropertyRow> properties,
                                        const std::vector<const char*>& signals);
/// Nobody but that client hears it.
void send_signal(sdbus::IObject& object, const char* interface, const char* signal, const std::string& client);
void reply_with_error(const sdbus::MethodCall& call, const ReplyError& error);

}  // namespace orchestrate::bus
