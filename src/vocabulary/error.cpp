#include "orchestrate/error.hpp"

#include <system_error>

namespace orchestrate {

Error::Error(ErrorKind kind, std::string doing, std::string why, std::string hint)
    : kind_(kind), doing_(std::move(doing)), why_(std::move(why)), hint_(std::move(hint)) {
  line_ = doing_ + ": " + why_;
  if (!hint_.empty()) line_ += "; " + hint_;
  for (char& c : line_)
    if (c == '\n' || c == '\r') c = ' ';
}

std::string system_reason(int number) {
  return std::system_category().message(number);
}

}  // namespace orchestrate
