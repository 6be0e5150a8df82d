#pragma once

#include <exception>
#include <string>

namespace orchestrate {

/// Why something could not be asked or done. "No" is a value; this is "could not ask".
enum class ErrorKind {
  usage,        ///< wrong command line
  policy,       ///< the policy, its env file or a URL cannot be used
  unreachable,  ///< database, bus or journal does not answer
  busy,         ///< not now: another run holds the lock, or the window is closed
  denied,       ///< the caller or we lack a right
  failed,       ///< the operating system, a child or a file refused
  stopped,      ///< a signal, a cancel or a deadline ended the work
};

/// The one exception type. `what()` is one line: "DOING: WHY; HINT".
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string doing, std::string why, std::string hint = {});

  const char* what() const noexcept override { return line_.c_str(); }

  ErrorKind kind() const { return kind_; }
  const std::string& doing() const { return doing_; }
  const std::string& why() const { return why_; }
  /// What to do next; may be empty.
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string doing_, why_, hint_, line_;
};

/// Text of errno `number`, for the `why` of an Error.
std::string system_reason(int number);

}  // namespace orchestrate
