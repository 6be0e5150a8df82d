#include "cli/announcement.hpp"

#include "cli/worker_words.hpp"
#include "render/terminal_text.hpp"
#include "system/notify.hpp"

namespace orchestrate::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 250ms;  // nobody looks more often

}  // namespace

void Announcement::on_event(const Run& run, const Event& event) {
  if (!is_ready_) system::notify("READY=1");
  is_ready_ = true;
  if (std::holds_alternative<StageFinished>(event.body)) say("");
  also_.on_event(run, event);
}

void Announcement::on_progress(std::string_view stage, std::string_view text) {
  also_.on_progress(stage, text);
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + interval;
  say(printable(text));
}

void Announcement::on_notice(std::string_view text) {
  also_.on_notice(text);
}

}  // namespace orchestrate::cli
