#include "render/metrics.hpp"

#include <fmt/core.h>

namespace orchestrate {
namespace {

std::int64_t seconds(Time time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string gauge(std::string_view name, std::string_view help, const std::string& app, std::int64_t value) {
  return fmt::format(
      "# HELP orchestrate_backup_{0} {1}\n# TYPE orchestrate_backup_{0} gauge\n"
      "orchestrate_backup_{0}{{app=\"{2}\"}} {3}\n",
      name, help, app, value);
}

}  // namespace

std::string backup_metrics_text(const std::string& app, const std::vector<BackupVerification>& looks) {
  const BackupVerification* last = nullptr;
  const BackupVerification* last_good = nullptr;
  for (const BackupVerification& look : looks) {
    if (look.of != BackupVerification::Of::newest) continue;
    last = &look;
    if (!look.proof.is_null()) last_good = &look;
  }
  if (!last) return {};
  std::string text = gauge("verification_ok", "Whether the newest backup was good when it was last looked at.", app,
                           last == last_good ? 1 : 0);
  if (!last_good) return text;
  const Json& proof = last_good->proof;
  text += gauge("verified_timestamp_seconds", "When a newest backup was last proven to be good.", app,
                seconds(last_good->at));
  text += gauge("taken_timestamp_seconds", "When that backup was taken.", app,
                seconds(parse_utc(proof.text_or("taken_at"))));
  return text + gauge("size_bytes", "Size of that backup.", app, proof.integer_or("size", 0));
}

}  // namespace orchestrate
