#include <algorithm>
#include <cctype>

#include "policy/env_readers.hpp"

namespace orchestrate {
namespace {

bool ends_line(char c) {
  return c == '\n' || c == '\r';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || ends_line(c);
}

/// As systemd 252 reads (src/basic/env-file.c there), which is neither a shell's way nor what systemd.exec(5) tells in
/// every detail: quotes count only where a value or a quoted part begins, and `#` never ends a value. Of a comment that
/// ends in a backslash the next line was a part until systemd 254: what such a line sets is a matter of the version.
class SystemdReader {
 public:
  explicit SystemdReader(std::string_view text) : text_(text) {}

  EnvReading read() {
    while (!at_end()) {
      if (is_space(peek()))
        ++at_;
      else if (peek() == '#' || peek() == ';')
        skip_comment();
      else
        read_assignment();
    }
    return std::move(reading_);
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }

  void skip_comment() {
    for (once_commented_ = at_; once_commented_ < text_.size() && !ends_line(text_[once_commented_]);)
      once_commented_ += text_[once_commented_] == '\\' ? 2U : 1U;
    while (!at_end() && !ends_line(peek())) ++at_;
  }

  void read_assignment() {
    const std::size_t start = at_++;  // even a = is part of the name when it comes first
    while (!at_end() && peek() != '=' && !ends_line(peek())) ++at_;
    if (at_end() || peek() != '=') return;  // systemd passes over a line without =
    std::string_view name = text_.substr(start, at_ - start);
    while (is_space(name.back())) name.remove_suffix(1);
    ++at_;
    std::string value = read_value();
    if (start < once_commented_) {
      reading_.faults.push_back({start,
                                 "systemd before 254 takes this line for a part of the comment above, which ends in a "
                                 "backslash; remove that backslash"});
      reading_.assignments.push_back({std::string(name), std::nullopt, start, "does not set it before version 254"});
    } else if (is_variable_name(name))
      reading_.assignments.push_back({std::string(name), std::move(value), start});
    else
      reading_.assignments.push_back({std::string(name), std::nullopt, start, "drops it, for the name is not valid"});
  }

  std::string read_value() {
    std::string value;
    while (!at_end() && !ends_line(peek())) {
      if (peek() == '\'')
        read_quoted(value, Escapes::none);
      else if (peek() == '"')
        read_quoted(value, Escapes::backslash);
      else if (is_space(peek()))
        ++at_;
      else
        return read_plain(std::move(value));
    }
    return value;
  }

  enum class Escapes { none, backslash };

  void read_quoted(std::string& value, Escapes escapes) {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    while (!at_end() && peek() != quote) {
      if (peek() == '\\' && escapes == Escapes::backslash)
        read_escape(value);
      else
        value += text_[at_++];
    }
    if (at_end()) reading_.faults.push_back({start, "the quote is never closed; systemd takes the rest of the file"});
    ++at_;
  }

  /// In double quotes only what a shell needs escaped loses its backslash.
  void read_escape(std::string& value) {
    ++at_;
    if (at_end()) return;
    const char c = text_[at_++];
    if (c == '\n') return;
    if (std::string_view("\"\\`$").find(c) == std::string_view::npos) value += '\\';
    value += c;
  }

  /// From the first unquoted character on, quotes and `#` are ordinary; unescaped white space at the end goes.
  std::string read_plain(std::string value) {
    std::size_t kept = value.size();
    while (!at_end() && !ends_line(peek())) {
      const bool escaped = peek() == '\\';
      if (escaped) ++at_;
      if (!at_end() && !(escaped && ends_line(peek()))) value += peek();
      if (escaped || (!at_end() && !is_space(peek()))) kept = value.size();
      ++at_;
    }
    value.resize(kept);
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0, once_commented_ = 0;  ///< the latter: where the last comment ended before systemd 254
  EnvReading reading_;
};

}  // namespace

bool is_variable_name(std::string_view text) {
  const auto in_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) && std::ranges::all_of(text, in_name);
}

EnvReading read_as_systemd(std::string_view text) {
  return SystemdReader(text).read();
}

}  // namespace orchestrate
