#pragma once

#include <cstddef>
#include <string_view>

#include "orchestrate/source_text.hpp"

namespace orchestrate {

/// On which line of a text of SQL its statements begin. They come in the order of the text, which is read once.
class LineCounter {
 public:
  explicit LineCounter(std::string_view sql) : sql_(sql), places_(sql) {}

  /// Lines before what begins at or after `offset`.
  int before(std::size_t offset);

 private:
  std::string_view sql_;
  Places places_;
};

}  // namespace orchestrate
