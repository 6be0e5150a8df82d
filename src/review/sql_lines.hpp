#pragma once

#include <cstddef>
#include <string_view>

namespace orchestrate {

/// On which line of a text of SQL its statements begin. They come in the order of the text, which is read once.
class LineCounter {
 public:
  explicit LineCounter(std::string_view sql) : sql_(sql) {}

  /// Lines before what begins at or after `offset`, which is not smaller than the one before.
  int before(std::size_t offset);

 private:
  std::string_view sql_;
  std::size_t at_ = 0;
  std::ptrdiff_t lines_ = 0;
};

}  // namespace orchestrate
