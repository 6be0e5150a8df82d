#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "orchestrate/task.hpp"

namespace sdbus {
class MethodCall;
class MethodReply;
}  // namespace sdbus

namespace orchestrate::bus {

class Connection;

struct Method {
  std::string service, path, interface, name;
};
using Fill = std::function<void(sdbus::MethodCall&)>;
using Take = std::function<void(sdbus::MethodReply&)>;

/// A call that was answered with an error.
class CallFailed : public std::exception {
 public:
  CallFailed(std::string name, std::string message) : name_(std::move(name)), message_(std::move(message)) {}
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& name() const { return name_; }

 private:
  std::string name_, message_;
};

/// Calls without holding up anything else; `take` reads the answer. Throws CallFailed, also when there is no answer in
/// time.
Task<> call(Connection& connection, Method method, Fill fill, Take take, std::chrono::milliseconds limit);

}  // namespace orchestrate::bus
