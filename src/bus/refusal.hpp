#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace orchestrate::bus {

/// Why nothing was begun, and with what exit code the command that asked for it ends. On the bus it is an error
/// `org.orchestrate.Orchestrate1.Error.Busy` or the like.
class Refused : public std::exception {
 public:
  Refused(int exit_code, std::string text) : exit_code_(exit_code), text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
  std::string text_;
};

std::string error_name(int exit_code);
/// The inverse; 1 for an error that is not ours.
int exit_code_of(std::string_view error_name);

}  // namespace orchestrate::bus
