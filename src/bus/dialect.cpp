#include "bus/dialect.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <optional>

namespace orchestrate::bus {
namespace {

std::uint64_t microseconds(std::chrono::milliseconds limit) {
  return static_cast<std::uint64_t>(std::chrono::microseconds(limit).count());
}

}  // namespace

#if __has_include(<sdbus-c++/VTableItems.h>)

bool handle_one(sdbus::IConnection& connection) {
  return connection.processPendingEvent();
}

void request_name(sdbus::IConnection& connection, const std::string& name) {
  connection.requestName(sdbus::ServiceName(name));
}

std::unique_ptr<sdbus::IProxy> proxy_at(sdbus::IConnection& connection, const std::string& service,
                                        const std::string& path) {
  return sdbus::createProxy(connection, sdbus::ServiceName(service), sdbus::ObjectPath(path));
}

void listen(sdbus::IProxy& proxy, const std::string& interface, const std::string& signal,
            std::function<void(sdbus::Signal&)> handler) {
  proxy.registerSignalHandler(sdbus::InterfaceName(interface), sdbus::SignalName(signal),
                              [handler = std::move(handler)](sdbus::Signal heard) { handler(heard); });
}

void call_async(sdbus::IProxy& proxy, const std::string& interface, const std::string& method,
                const std::function<void(sdbus::MethodCall&)>& fill, std::chrono::milliseconds limit,
                std::function<void(sdbus::MethodReply&, const ReplyError&)> done) {
  auto message = proxy.createMethodCall(sdbus::InterfaceName(interface), sdbus::MethodName(method));
  fill(message);
  proxy.callMethodAsync(
      message,
      [done = std::move(done)](sdbus::MethodReply reply, std::optional<sdbus::Error> error) {
        done(reply, error ? ReplyError{error->getName(), error->getMessage()} : ReplyError{});
      },
      microseconds(limit));
}

std::unique_ptr<sdbus::IObject> publish(sdbus::IConnection& connection, const std::string& path, const char* interface,
                                        std::vector<MethodRow> methods, std::vector<PropertyRow> properties,
                                        const std::vector<const char*>& signals) {
  std::vector<sdbus::VTableItem> items;
  for (MethodRow& row : methods)
    items.emplace_back(sdbus::MethodVTableItem{sdbus::MethodName(row.name),
                                               sdbus::Signature(row.in),
                                               row.in_names,
                                               sdbus::Signature(row.out),
                                               row.out_names,
                                               std::move(row.call),
                                               {}});
  for (PropertyRow& row : properties)
    items.emplace_back(sdbus::PropertyVTableItem{
        sdbus::PropertyName(row.name), sdbus::Signature(row.type), std::move(row.get), {}, {}});
  for (const char* signal : signals)
    items.emplace_back(sdbus::SignalVTableItem{sdbus::SignalName(signal), sdbus::Signature(""), {}, {}});
  auto object = sdbus::createObject(connection, sdbus::ObjectPath(path));
  object->addVTable(sdbus::InterfaceName(interface), std::move(items));
  return object;
}

void send_signal(sdbus::IObject& object, const char* interface, const char* signal, const std::string& client) {
  auto message = object.createSignal(sdbus::InterfaceName(interface), sdbus::SignalName(signal));
  message.setDestination(client.c_str());
  message.send();
}

void reply_with_error(const sdbus::MethodCall& call, const ReplyError& error) {
  if (!call.doesntExpectReply())
    call.createErrorReply(sdbus::Error(sdbus::Error::Name(error.name), error.message)).send();
}

#else

bool handle_one(sdbus::IConnection& connection) {
  return connection.processPendingRequest();
}

void request_name(sdbus::IConnection& connection, const std::string& name) {
  connection.requestName(name);
}

std::unique_ptr<sdbus::IProxy> proxy_at(sdbus::IConnection& connection, const std::string& service,
                                        const std::string& path) {
  return sdbus::createProxy(connection, service, path);
}

void listen(sdbus::IProxy& proxy, const std::string& interface, const std::string& signal,
            std::function<void(sdbus::Signal&)> handler) {
  proxy.registerSignalHandler(interface, signal, std::move(handler));
  proxy.finishRegistration();
}

void call_async(sdbus::IProxy& proxy, const std::string& interface, const std::string& method,
                const std::function<void(sdbus::MethodCall&)>& fill, std::chrono::milliseconds limit,
                std::function<void(sdbus::MethodReply&, const ReplyError&)> done) {
  auto message = proxy.createMethodCall(interface, method);
  fill(message);
  proxy.callMethod(
      message,
      [done = std::move(done)](sdbus::MethodReply& reply, const sdbus::Error* error) {
        done(reply, error ? ReplyError{error->getName(), error->getMessage()} : ReplyError{});
      },
      microseconds(limit));
}

std::unique_ptr<sdbus::IObject> publish(sdbus::IConnection& connection, const std::string& path, const char* interface,
                                        std::vector<MethodRow> methods, std::vector<PropertyRow> properties,
                                        const std::vector<const char*>& signals) {
  auto object = sdbus::createObject(connection, path);
  for (MethodRow& row : methods)
    object->registerMethod(interface, row.name, row.in, row.in_names, row.out, row.out_names, std::move(row.call),
                           sdbus::Flags{});
  for (PropertyRow& row : properties)
    object->registerProperty(interface, row.name, row.type, std::move(row.get), sdbus::Flags{});
  for (const char* signal : signals) object->registerSignal(interface, signal, "", sdbus::Flags{});
  object->finishRegistration();
  return object;
}

void send_signal(sdbus::IObject& object, const char* interface, const char* signal, const std::string& client) {
  auto message = object.createSignal(interface, signal);
  message.setDestination(client);
  message.send();
}

void reply_with_error(const sdbus::MethodCall& call, const ReplyError& error) {
  if (!call.doesntExpectReply()) call.createErrorReply(sdbus::Error(error.name, error.message)).send();
}

#endif

}  // namespace orchestrate::bus
