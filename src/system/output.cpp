#include "system/output.hpp"

#include <fcntl.h>

#include <cerrno>

#include "orchestrate/error.hpp"

namespace orchestrate::system {
namespace {

constexpr std::size_t longest_line = 64 * 1024;  // a longer one is written in pieces
constexpr std::size_t overlap = 32 * 1024;       // longer than any secret
constexpr std::size_t cut_step = 2 * 1024;
constexpr std::size_t cuts_tried = 16;  // 30 KiB: past a secret that lies there
constexpr std::string_view line_dropped = "*** (the rest of this line is left out: no safe place to cut it)\n";

}  // namespace

void Tail::add(std::string_view bytes) {
  size_ += bytes.size();
  if (bytes.size() > capacity_) bytes.remove_prefix(bytes.size() - capacity_);
  // Twice the capacity before trimming, so that each byte is moved at most once.
  if (kept_.size() + bytes.size() > 2 * capacity_) kept_.erase(0, kept_.size() - (capacity_ - bytes.size()));
  kept_ += bytes;
}

std::string Tail::text(const Redactor& redact) const {
  if (size_ <= capacity_) return kept_;
  std::string newest = kept_.substr(kept_.size() - std::min(kept_.size(), capacity_));
  const std::size_t line_end = newest.find('\n');
  if (line_end != std::string::npos && line_end + 1 < newest.size()) return newest.substr(line_end + 1);
  std::string clean = redact(kept_);
  if (clean.size() > capacity_) clean.erase(0, clean.size() - capacity_);
  return clean;
}

OutputLog::OutputLog(const std::filesystem::path& file, const Redactor& redact) : redact_(redact), path_(file) {
  if (file.empty()) return;
  file_.reset(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!file_) trouble_ = "its output is not logged: " + file.string() + ": " + system_reason(errno);
}

void OutputLog::write(std::string_view text) {
  while (file_ && !text.empty()) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      trouble_ = "its log ends early: " + path_.string() + ": " + system_reason(errno);
      file_.reset();
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputLog::add(Stream stream, std::string_view bytes) {
  if (!file_) return;
  Pending& pending = pending_[static_cast<std::size_t>(stream)];
  if (pending.skips_line) {
    const std::size_t line_end = bytes.find('\n');
    if (line_end == std::string_view::npos) return;
    bytes.remove_prefix(line_end + 1);
    pending.skips_line = false;
  }
  pending.text += bytes;
  const std::size_t line_end = pending.text.rfind('\n');
  if (line_end != std::string::npos) {
    write(redact_(std::string_view(pending.text).substr(0, line_end + 1)));
    pending.text.erase(0, line_end + 1);
  }
  if (pending.text.size() > longest_line) write_piece(pending);
}

/// Cuts a line that is too long to be kept. A cut is safe where both parts, redacted apart, say what the whole says;
/// `overlap` bytes stay behind, so that a secret that begins before the cut has been seen whole.
void OutputLog::write_piece(Pending& pending) {
  const std::string_view text = pending.text;
  const std::string whole = redact_(text);
  for (std::size_t tried = 0; tried < cuts_tried; ++tried) {
    const std::size_t cut = text.size() - overlap - tried * cut_step;
    const std::string piece = redact_(text.substr(0, cut));
    if (piece + redact_(text.substr(cut)) != whole) continue;
    write(piece);
    pending.text.erase(0, cut);
    return;
  }
  write(line_dropped);
  pending.text.clear();
  pending.skips_line = true;
}

void OutputLog::finish() {
  for (Pending& pending : pending_) {
    if (!pending.text.empty()) write(redact_(pending.text) + "\n");
    pending.text.clear();
  }
}

void Output::finish(Exit& exit) {
  const auto& [out, err] = tails_;
  exit.out = out.text(redact_);
  exit.err = err.text(redact_);
  exit.out_size = out.size();
  exit.err_size = err.size();
  log_.finish();
  if (log_.trouble().empty()) return;
  exit.trouble = log_.trouble() + (exit.trouble.empty() ? "" : "; " + exit.trouble);
}

}  // namespace orchestrate::system
