#pragma once

#include <cstdio>
#include <memory>
#include <string_view>

#include "cli/arguments.hpp"
#include "engine/execute.hpp"
#include "render/live_screen.hpp"
#include "render/style.hpp"

namespace boost::asio {
class io_context;
}

namespace orchestrate::cli {

/// What `stream` can show.
Style style_of(std::FILE* stream);

/// Writes all of `text`; a reader that went away ends nothing.
void write(std::FILE* stream, std::string_view text);

/// A run on the terminal as it goes: on stdout, or on stderr when stdout is for JSON.
class Terminal final : public Observer {
 public:
  Terminal(boost::asio::io_context& io, Format format);
  ~Terminal() override;

  void on_event(const Run& run, const Event& event) override;
  void on_progress(std::string_view stage, std::string_view text) override;
  void on_notice(std::string_view text) override;

 private:
  struct Ticker;
  std::FILE* stream_;
  LiveScreen screen_;
  std::shared_ptr<Ticker> ticker_;
};

}  // namespace orchestrate::cli
