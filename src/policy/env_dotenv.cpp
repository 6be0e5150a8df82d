#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "policy/env_readers.hpp"

namespace orchestrate {
namespace {

constexpr auto npos = std::string_view::npos;

/// Length of the white space character at the start of `text`, as Python's `\s` sees it; 0 when there is none.
std::size_t space_length(std::string_view text) {
  static constexpr std::string_view ascii = " \t\n\r\f\v\x1c\x1d\x1e\x1f";
  static constexpr std::array<std::string_view, 19> wide = {
      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
      "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
  if (text.empty()) return 0;
  if (ascii.find(text[0]) != npos) return 1;
  const auto found = std::ranges::find_if(wide, [&](std::string_view space) { return text.starts_with(space); });
  return found == wide.end() ? 0 : found->size();
}

std::string_view without_trailing_space(std::string_view text) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = space_length(text.substr(at));
    at += std::max<std::size_t>(space, 1);
    if (space == 0) kept = at;
  }
  return text.substr(0, kept);
}

/// White space and `#` begin a comment.
std::string_view without_comment(std::string_view text) {
  std::size_t run = npos;  // where the run of white space before `at` begins
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = space_length(text.substr(at));
    if (space == 0 && text[at] == '#' && run != npos) return text.substr(0, run);
    if (space == 0)
      run = npos;
    else if (run == npos)
      run = at;
    at += std::max<std::size_t>(space, 1);
  }
  return text;
}

struct Escape {
  char written, meant;
};
constexpr std::array<Escape, 10> escapes = {{{'\\', '\\'},
                                             {'\'', '\''},
                                             {'"', '"'},
                                             {'a', '\a'},
                                             {'b', '\b'},
                                             {'f', '\f'},
                                             {'n', '\n'},
                                             {'r', '\r'},
                                             {'t', '\t'},
                                             {'v', '\v'}}};

/// Single quotes know the first two escapes only.
std::string unescaped(std::string_view text, char quote) {
  const std::span<const Escape> known(escapes.data(), quote == '\'' ? 2 : escapes.size());
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    const auto escape = std::ranges::find(known, next, &Escape::written);
    const bool applies = text[at] == '\\' && escape != known.end();
    result += applies ? escape->meant : text[at];
    if (applies) ++at;
  }
  return result;
}

/// Statement by statement as python-dotenv's parser: what it could not read it passes over with a warning, we refuse.
class DotenvReader {
 public:
  explicit DotenvReader(std::string_view text) : text_(text) {}

  EnvReading read() {
    for (skip_space(Lines::any); at_ < text_.size(); skip_space(Lines::any))
      if (!read_statement()) {
        reading_.faults.push_back({start_, "python-dotenv cannot read this; write NAME=value or NAME=\"value\""});
        at_ = std::min(text_.find('\n', at_), text_.size());
      }
    return std::move(reading_);
  }

 private:
  enum class Lines { one, any };

  std::string_view rest() const { return text_.substr(at_); }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  void skip_space(Lines lines) {
    while (at_ < text_.size() && !(lines == Lines::one && text_[at_] == '\n')) {
      const std::size_t space = space_length(rest());
      if (space == 0) return;
      at_ += space;
    }
  }

  bool read_statement() {
    start_ = at_;
    if (next_is('#')) return end_line();
    skip_export();
    const std::size_t name_start = at_;
    const auto name = read_name();
    if (!name) return false;
    skip_space(Lines::one);
    if (!next_is('=')) {
      if (!end_line()) return false;
      leave_unset(std::string(*name), name_start);
      return true;
    }
    ++at_;
    skip_space(Lines::one);
    const auto value = read_value();
    if (!value || !end_line()) return false;
    assign(std::string(*name), *value, name_start);
    return true;
  }

  void skip_export() {
    static constexpr std::string_view word = "export";
    const std::size_t before = at_;
    if (!rest().starts_with(word)) return;
    at_ += word.size();
    const std::size_t after = at_;
    skip_space(Lines::one);
    if (at_ == after) at_ = before;
  }

  std::optional<std::string_view> read_name() {
    const std::size_t start = at_;
    if (next_is('\'')) {
      const std::size_t end = text_.find('\'', start + 1);
      if (end == npos || end == start + 1) return std::nullopt;
      at_ = end + 1;
      return text_.substr(start + 1, end - start - 1);
    }
    while (at_ < text_.size() && text_[at_] != '=' && text_[at_] != '#' && space_length(rest()) == 0) ++at_;
    if (at_ == start) return std::nullopt;
    return text_.substr(start, at_ - start);
  }

  std::optional<std::string> read_value() {
    if (next_is('\'') || next_is('"')) return read_quoted(text_[at_]);
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end;
    return std::string(without_trailing_space(without_comment(line)));
  }

  /// A quote after a backslash closes only when no other one does: python-dotenv's expression backtracks.
  std::optional<std::string> read_quoted(char quote) {
    const std::size_t start = at_ + 1;
    std::size_t escaped = npos, end = text_.find(quote, start);
    for (; end != npos && end > start && text_[end - 1] == '\\'; end = text_.find(quote, end + 1)) escaped = end;
    if (end == npos) end = escaped;
    if (end == npos) return std::nullopt;
    at_ = end + 1;
    return unescaped(text_.substr(start, end - start), quote);
  }

  bool end_line() {
    skip_space(Lines::one);
    if (next_is('#')) at_ = std::min(text_.find('\n', at_), text_.size());
    return at_ == text_.size() || next_is('\n');
  }

  /// A name alone, even when the file gave it a value before.
  void leave_unset(std::string name, std::size_t offset) {
    values_.insert_or_assign(name, std::nullopt);
    reading_.assignments.push_back({std::move(name), std::nullopt, offset, "does not set it"});
  }

  void assign(std::string name, std::string_view value, std::size_t offset) {
    EnvAssignment assignment{std::move(name), expanded(value), offset};
    if (!assignment.value) {
      assignment.note = "takes a ${NAME} from its own environment";
      reading_.faults.push_back(
          {offset, assignment.name + " refers to a ${NAME} that the file does not set before; write its value"});
    }
    values_.insert_or_assign(assignment.name, assignment.value);
    reading_.assignments.push_back(std::move(assignment));
  }

  /// `${NAME}` and `${NAME:-default}`, in every kind of quotes; a `$` elsewhere is literal.
  std::optional<std::string> expanded(std::string_view value) const {
    std::string result;
    while (!value.empty()) {
      const std::size_t dollar = value.find("${");
      const std::size_t end = dollar == npos ? npos : value.find_first_of(":}", dollar + 2);
      const bool reference = end != npos && (value[end] == '}' || value.substr(end, 2) == ":-");
      const std::size_t close = reference ? value.find('}', end) : npos;
      if (dollar == npos || close == npos) {
        const std::size_t literal = dollar == npos ? value.size() : dollar + 2;
        result += value.substr(0, literal);
        value.remove_prefix(literal);
        continue;
      }
      result += value.substr(0, dollar);
      const auto found = values_.find(value.substr(dollar + 2, end - dollar - 2));
      const bool has_default = value[end] == ':';
      if (found == values_.end() && !has_default) return std::nullopt;
      if (found != values_.end() && !found->second) return std::nullopt;
      result += found != values_.end() ? std::string_view(*found->second) : value.substr(end + 2, close - end - 2);
      value.remove_prefix(close + 1);
    }
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0, start_ = 0;
  std::map<std::string, std::optional<std::string>, std::less<>> values_;
  EnvReading reading_;
};

}  // namespace

std::string with_unix_lines(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    result += text[at] == '\r' ? '\n' : text[at];
  }
  return result;
}

EnvReading read_as_dotenv(std::string_view text) {
  return DotenvReader(text).read();
}

}  // namespace orchestrate
