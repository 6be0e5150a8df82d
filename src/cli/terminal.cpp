#include "cli/terminal.hpp"

#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <boost/asio/steady_timer.hpp>

#include "render/terminal_text.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t columns_of_a_pipe = 120;

std::size_t columns(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return columns_of_a_pipe;
  return size.ws_col;
}

}  // namespace

/// Ten times a second: enough for a spinner, too little to be seen in the CPU's time.
struct Terminal::Ticker : std::enable_shared_from_this<Ticker> {
  Ticker(boost::asio::io_context& io, LiveScreen& screen) : timer(io), live(screen) {}

  /// A timer that has rung calls its handler without an error, also when it is destroyed before that.
  void next() {
    timer.expires_after(100ms);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto ticker = weak.lock();
      if (error || !ticker) return;
      ticker->live.tick(std::chrono::system_clock::now());
      ticker->next();
    });
  }

  boost::asio::steady_timer timer;
  LiveScreen& live;
};

Style style_of(std::FILE* stream) {
  const auto output = ::isatty(::fileno(stream)) ? orchestrate::Output::terminal : orchestrate::Output::pipe;
  return choose_style(output, std::getenv("NO_COLOR"), std::getenv("TERM"));
}

void write(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

Terminal::Terminal(boost::asio::io_context& io, Format format)
    : stream_(format == Format::json ? stderr : stdout),
      screen_([stream = stream_](std::string_view text) { write(stream, text); },
              [stream = stream_] { return columns(stream); }, style_of(stream_)),
      ticker_(std::make_shared<Ticker>(io, screen_)) {
  ticker_->next();
}

Terminal::~Terminal() = default;

void Terminal::on_event(const Run& run, const Event&) {
  screen_.show(run);
}

void Terminal::on_progress(std::string_view stage, std::string_view text) {
  screen_.progress(stage, std::string(text));
}

void Terminal::on_notice(std::string_view text) {
  write(stderr, fmt::format("\n{}\n", printable(text)));
}

}  // namespace orchestrate::cli
