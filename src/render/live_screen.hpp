#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/run.hpp"
#include "render/style.hpp"

namespace orchestrate {

/// Draws a run while it goes. In colour only the line of what runs is drawn again and again, all others are
/// printed once and scroll. In plain style nothing is ever drawn again: a line per finished stage, and now and then
/// one for a stage that takes long, so that a CI log shows life.
class LiveScreen {
 public:
  using Sink = std::function<void(std::string_view)>;
  using Columns = std::function<std::size_t()>;  ///< asked before each drawing, so that a resize is noticed

  LiveScreen(Sink sink, Columns columns, Style style);
  ~LiveScreen();
  LiveScreen(const LiveScreen&) = delete;
  LiveScreen& operator=(const LiveScreen&) = delete;

  /// The run as its last event left it.
  void show(const Run& run);
  /// What the stage is doing, in its own words; kept until the next one or its end.
  void progress(std::string_view stage, std::string text);
  void tick(Time now);

 private:
  std::vector<const StageRecord*> running() const;
  std::string running_line(const StageRecord& stage, std::string_view mark) const;
  void print(std::string_view text);
  void draw();
  void erase();
  void show_life();

  Sink sink_;
  Columns columns_;
  Style style_;
  Run run_;
  Time now_;
  std::set<std::string> printed_;  ///< stages whose end has been shown
  std::map<std::string, std::string, std::less<>> progress_;
  bool header_printed_ = false, result_printed_ = false;
  std::string drawn_;  ///< the running line as it stands on the terminal
  std::size_t frame_ = 0;
  std::map<std::string, std::chrono::seconds> next_life_;  ///< plain style: when a stage is mentioned again
};

}  // namespace orchestrate
