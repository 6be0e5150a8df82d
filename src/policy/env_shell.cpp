#include <algorithm>
#include <cctype>
#include <map>

#include "policy/env_readers.hpp"

namespace orchestrate {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view runs_command = "would run a command";
constexpr std::string_view own_way = "expands a $ in its own way";
constexpr std::string_view own_environment = "takes a $NAME from its own environment";
constexpr std::string_view home_directory = "puts a home directory in the place of ~";

bool ends_word(char c) {
  return std::string_view(" \t\n;&|<>()").find(c) != npos;
}

/// One word after expansion; without a value where that cannot be foretold.
struct Word {
  std::optional<std::string> value = std::string();
  std::string note = {};

  void add(std::string_view text) {
    if (value) *value += text;
  }
  void give_up(std::string_view why) {
    value.reset();
    if (note.empty()) note = why;
  }
};

/// The part of POSIX sh that env files use: assignments, quotes, `$NAME`, comments, `export`.
class ShellReader {
 public:
  explicit ShellReader(std::string_view text) : text_(text) {}

  EnvReading read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == ' ' || c == '\t' || c == '\n')
        ++at_;
      else if (c == ';' || c == '&' || c == '|' || c == ')')
        return stopped("a shell stops at a command that begins with this");
      else
        read_command();
    }
    return std::move(reading_);
  }

 private:
  EnvReading stopped(std::string message) {
    reading_.faults.push_back({at_, std::move(message)});
    return std::move(reading_);
  }

  /// Up to the end of the command. A word that is no assignment makes the rest a command, before which assignments
  /// hold for that command only.
  void read_command() {
    std::vector<EnvAssignment> assignments;
    bool exported = false, command = false;
    while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != ';') {
      const char c = text_[at_];
      if (c == ' ' || c == '\t') {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (ends_word(c)) {
        command = true;
        ++at_;
      } else if (const std::size_t name = name_length(); name > 0) {
        assignments.push_back(read_assignment(name));
      } else {
        const Word word = read_word();
        const bool is_export = word.value == "export" && assignments.empty() && !exported;
        exported = exported || is_export;
        const bool named = exported && word.value && is_variable_name(*word.value);  // `export NAME`
        command = command || !(is_export || named);
      }
    }
    if (at_ < text_.size() && text_[at_] == ';') ++at_;
    for (EnvAssignment& assignment : assignments) keep(std::move(assignment), command ? runs_command : "");
  }

  void keep(EnvAssignment assignment, std::string_view why_not) {
    if (!why_not.empty()) {
      assignment.value.reset();
      assignment.note = why_not;
    }
    values_.insert_or_assign(assignment.name, assignment.value);
    reading_.assignments.push_back(std::move(assignment));
  }

  /// Of the `NAME` in `NAME=`; 0 when the next word is no assignment.
  std::size_t name_length() const {
    const std::string_view rest = text_.substr(at_);
    const std::size_t equals = rest.find('=');
    return equals != npos && is_variable_name(rest.substr(0, equals)) ? equals : 0;
  }

  EnvAssignment read_assignment(std::size_t name) {
    EnvAssignment assignment{std::string(text_.substr(at_, name)), {}, at_};
    at_ += name + 1;
    Word word = read_word();
    assignment.value = std::move(word.value);
    assignment.note = std::move(word.note);
    // A later `$NAME` in the same command already sees it.
    values_.insert_or_assign(assignment.name, assignment.value);
    return assignment;
  }

  Word read_word() {
    Word word;
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) {
      const char c = text_[at_];
      if (c == '\'')
        read_single(word);
      else if (c == '"')
        read_double(word);
      else if (c == '\\')
        read_escape(word);
      else if (c == '$' || c == '`')
        read_expansion(word);
      else
        read_plain(word, start);
    }
    return word;
  }

  void read_plain(Word& word, std::size_t start) {
    const bool may_be_home = at_ == start || text_[at_ - 1] == ':';
    if (text_[at_] == '~' && may_be_home) word.give_up(home_directory);
    word.add(text_.substr(at_++, 1));
  }

  void read_escape(Word& word) {
    ++at_;
    if (at_ >= text_.size())
      word.add("\\");
    else if (text_[at_] != '\n')
      word.add(text_.substr(at_, 1));
    ++at_;
  }

  void read_single(Word& word) {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == npos) return stop(word, "the quote is never closed");
    word.add(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
  }

  void read_double(Word& word) {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_];
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (c == '\\' && std::string_view("$`\"\\\n").find(next) != npos) {
        read_escape(word);
      } else if (c == '$' || c == '`') {
        read_expansion(word);
      } else {
        word.add(text_.substr(at_++, 1));
      }
    }
    if (at_ < text_.size()) {
      ++at_;
    } else {
      at_ = start;
      stop(word, "the quote is never closed");
    }
  }

  /// A syntax error: the shell reads no further.
  void stop(Word& word, std::string message) {
    reading_.faults.push_back({at_, std::move(message)});
    word.give_up("stops at a syntax error");
    at_ = text_.size();
  }

  void read_expansion(Word& word) {
    const std::string_view rest = text_.substr(at_);
    const char next = rest.size() > 1 ? rest[1] : '\0';
    if (next == '{' && rest[0] == '$') return read_braced(word);
    if (rest[0] == '`' || next == '(') {
      word.give_up(runs_command);
      at_ += rest[0] == '`' ? 1U : 2U;
      return;
    }
    const std::string_view name = name_at(at_ + 1);
    const bool special = next != '\0' && std::string_view("@*#?-$!0123456789").find(next) != npos;
    at_ += 1 + name.size();
    if (name.empty() && !special)
      word.add("$");
    else if (!is_variable_name(name))
      word.give_up(own_way);
    else
      add_variable(word, name);
  }

  /// `${NAME}`; with an operator after the name only the shell itself knows.
  void read_braced(Word& word) {
    const std::string_view name = name_at(at_ + 2);
    const std::size_t operation = at_ + 2 + name.size();
    const std::size_t end = text_.find('}', operation);
    std::string_view after = text_.substr(operation, 2);
    if (after.starts_with(':')) after.remove_prefix(1);
    const bool operates = !after.empty() && std::string_view("-=?+%#").find(after[0]) != npos;
    if (end == npos || !is_variable_name(name) || !(end == operation || operates))
      return stop(word, "a shell stops at this ${");
    at_ = end + 1;
    if (end == operation)
      add_variable(word, name);
    else
      word.give_up(own_way);
  }

  std::string_view name_at(std::size_t start) const {
    std::size_t end = start;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) ++end;
    return text_.substr(start, end - start);
  }

  void add_variable(Word& word, std::string_view name) {
    const auto found = values_.find(name);
    if (found == values_.end() || !found->second)
      word.give_up(own_environment);
    else
      word.add(*found->second);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::map<std::string, std::optional<std::string>, std::less<>> values_;
  EnvReading reading_;
};

}  // namespace

EnvReading read_as_shell(std::string_view text) {
  return ShellReader(text).read();
}

}  // namespace orchestrate
