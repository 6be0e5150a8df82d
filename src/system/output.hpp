#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "orchestrate/ports.hpp"
#include "system/descriptor.hpp"

namespace orchestrate::system {

/// The last bytes of a stream of any length, in bounded memory.
class Tail {
 public:
  explicit Tail(std::size_t capacity) : capacity_(capacity) {}

  void add(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// The bytes as they came when all were kept. Otherwise the newest ones from the start of a line; where there is no
  /// line to start with they are redacted, because the cut may go through a secret that no later reader would know.
  std::string text(const Redactor& redact) const;

 private:
  std::size_t capacity_;
  std::uint64_t size_ = 0;
  std::string kept_;
};

enum class Stream : std::size_t { out, err };

/// A child's whole output in a file (0600), redacted. Lines of both streams are interleaved as they were read.
class OutputLog {
 public:
  /// An empty `file` means nowhere. A file that cannot be opened is trouble, not an Error: once a migration is through,
  /// a full disk must not stop the restart.
  OutputLog(const std::filesystem::path& file, const Redactor& redact);

  void add(Stream stream, std::string_view bytes);
  /// Writes what has no end of line yet.
  void finish();
  /// Why the file is not whole; empty when it is.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Pending {
    std::string text;         // not yet written: no line end seen
    bool skips_line = false;  // the rest of a line that could not be redacted piece by piece
  };
  void write(std::string_view text);
  void write_piece(Pending& pending);

  const Redactor& redact_;
  std::filesystem::path path_;
  Descriptor file_;
  std::array<Pending, 2> pending_;
  std::string trouble_;
};

/// What a child writes: its end in memory, all of it in its log.
class Output {
 public:
  Output(const Command& command, const Redactor& redact)
      : redact_(redact), tails_{Tail(command.capture), Tail(command.capture)}, log_(command.log, redact) {}

  void add(Stream stream, std::string_view bytes) {
    tails_[static_cast<std::size_t>(stream)].add(bytes);
    log_.add(stream, bytes);
  }
  /// Ends the log and tells `exit` what was written.
  void finish(Exit& exit);

 private:
  const Redactor& redact_;
  std::array<Tail, 2> tails_;
  OutputLog log_;
};

}  // namespace orchestrate::system
