#include "init/shell_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace orchestrate::init {
namespace {

constexpr std::array<std::string_view, 5> before_assignment = {"export", "readonly", "local", "declare", "typeset"};
/// Formats of `date` that give what a policy calls {date}.
constexpr std::array<std::string_view, 4> iso_dates = {"date +%F", "date +%Y-%m-%d", "date -I", "date --iso-8601"};

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class ShellReader {
 public:
  explicit ShellReader(std::string_view text) : text_(text) {}

  std::vector<ShellCommand> read() {
    while (at_ < text_.size()) step();
    end_command();
    return std::move(commands_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char c = peek();
    if (c == '\\' && peek(1) == '\n') return advance(2);
    if (c == ' ' || c == '\t' || c == '\r') return advance(1), end_word();
    if (c == '#' && !in_word_) return skip_comment();
    if (c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')') return separator();
    if (c == '>' || c == '<') return redirection();
    word_part();
  }

  void advance(std::size_t count) {
    for (; count > 0 && at_ < text_.size(); --count, ++at_)
      if (text_[at_] == '\n') ++line_;
  }

  void skip_comment() {
    while (at_ < text_.size() && peek() != '\n') advance(1);
  }

  void separator() {
    end_word();
    // Of `pg_dump | gzip > FILE` and `cmd > FILE 2>&1` the file belongs to the whole.
    if (peek() == '|' && peek(1) != '|') {
      word_ = "|";
      in_word_ = true;
      end_word();
    } else {
      end_command();
    }
    advance(1);
  }

  void redirection() {
    const bool numbered = in_word_ && word_.size() == 1 && std::isdigit(static_cast<unsigned char>(word_.front())) != 0;
    const bool errors = numbered && word_ == "2";
    if (numbered) {
      in_word_ = false;
      word_.clear();
    }
    end_word();
    const bool out = peek() == '>';
    while (peek() == '>' || peek() == '<') advance(1);
    if (peek() == '&') {
      advance(1);
      while (is_name(peek())) advance(1);
      return;
    }
    target_ = !out ? Target::input : errors ? Target::errors : Target::output;
  }

  void word_part() {
    const char c = peek();
    in_word_ = true;
    if (c == '\'') return single_quoted();
    if (c == '"') return double_quoted();
    if (c == '$' || c == '`') return expansion();
    if (c == '\\') advance(1);
    word_ += peek();
    advance(1);
  }

  void single_quoted() {
    advance(1);
    for (; at_ < text_.size() && peek() != '\''; advance(1)) word_ += peek();
    advance(1);
  }

  void double_quoted() {
    advance(1);
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '$' || peek() == '`') {
        expansion();
        continue;
      }
      if (peek() == '\\') advance(1);
      word_ += peek();
      advance(1);
    }
    advance(1);
  }

  void expansion() {
    if (peek() == '`') return substitution('`', '`');
    if (peek(1) == '(') return advance(1), substitution('(', ')');
    advance(1);
    const bool braced = peek() == '{';
    if (braced) advance(1);
    std::string name;
    for (; is_name(peek()); advance(1)) name += peek();
    const bool plain = !braced || peek() == '}';
    if (braced) {
      while (at_ < text_.size() && peek() != '}') advance(1);
      advance(1);
    }
    const auto value = variables_.find(name);
    if (plain && value != variables_.end())
      word_ += value->second;
    else
      word_ += unknown_part;
  }

  /// `$(...)`, with whatever is nested in it.
  void substitution(char open, char close) {
    advance(1);
    const std::size_t start = at_;
    int depth = 1;
    while (at_ < text_.size()) {
      if (peek() == close && --depth == 0) break;
      if (peek() == open && open != close) ++depth;
      advance(1);
    }
    std::string inside(text_.substr(start, at_ - start));
    advance(1);
    std::erase_if(inside, [](char c) { return c == '"' || c == '\'' || c == '\\'; });
    if (std::ranges::find(iso_dates, inside) != iso_dates.end())
      word_ += "{date}";
    else
      word_ += unknown_part;
  }

  void end_word() {
    if (!in_word_) return;
    std::string word = std::exchange(word_, {});
    in_word_ = false;
    if (command_.words.empty() && command_.written_to.empty()) command_.line = line_;
    if (target_ == Target::output) command_.written_to.push_back(word);
    if (target_ == Target::errors) command_.errors_to.push_back(word);
    if (std::exchange(target_, Target::none) != Target::none) return;
    const bool first = command_.words.empty();
    const bool declared = std::ranges::find(before_assignment, word) != before_assignment.end();
    const std::size_t equals = word.find('=');
    const bool assigns = equals != std::string::npos && equals > 0 &&
                         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), is_name);
    if (first && assigns)
      variables_[word.substr(0, equals)] = word.substr(equals + 1);
    else if (!(first && declared))
      command_.words.push_back(std::move(word));
  }

  void end_command() {
    end_word();
    target_ = Target::none;
    if (!command_.words.empty() || !command_.written_to.empty()) commands_.push_back(std::move(command_));
    command_ = {};
  }

  enum class Target { none, output, errors, input };
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::string word_;
  bool in_word_ = false;
  Target target_ = Target::none;
  ShellCommand command_;
  std::vector<ShellCommand> commands_;
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace

std::vector<ShellCommand> shell_commands(std::string_view text) {
  return ShellReader(text).read();
}

}  // namespace orchestrate::init
