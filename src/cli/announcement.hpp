#pragma once

#include <chrono>
#include <string_view>

#include "engine/execute.hpp"

namespace orchestrate::cli {

/// Tells systemd that a run is in the ledger, and then orchestrated what its stages say about themselves. Where nobody
/// listens only the other observer does.
class Announcement final : public Observer {
 public:
  explicit Announcement(Observer& also) : also_(also) {}

  void on_event(const Run& run, const Event& event) override;
  void on_progress(std::string_view stage, std::string_view text) override;
  void on_notice(std::string_view text) override;

 private:
  Observer& also_;
  bool is_ready_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace orchestrate::cli
