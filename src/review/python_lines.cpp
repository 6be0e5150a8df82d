#include "review/python_lines.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "review/python_text.hpp"

namespace orchestrate {
namespace {

bool starts_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) {
  return starts_name(c) || std::isdigit(static_cast<unsigned char>(c));
}

// Longest first, so that `**=` is not read as `**` and `=`.
constexpr std::array<std::string_view, 27> long_symbols = {
    "**=", "//=", ">>=", "<<=", "...", "!=", "==", "<=", ">=", "->", ":=", "+=", "-=", "*=",
    "/=",  "%=",  "@=",  "&=",  "|=",  "^=", "**", "//", ">>", "<<", "<>", "``", "!!"};

/// Reads logical lines from normalised text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::variant<std::vector<PythonLine>, Unreadable> lines() {
    while (at_ < text_.size()) logical_line();
    if (problem_) return *problem_;
    return std::move(lines_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void advance(std::size_t count = 1) {
    for (; count > 0 && at_ < text_.size(); --count, ++at_)
      if (text_[at_] == '\n') ++line_;
  }

  /// Keeps the first problem and goes to the end, where every loop stops.
  void fail(int line, std::string why) {
    if (!problem_) problem_ = Unreadable{line, std::move(why)};
    at_ = text_.size();
  }

  void logical_line() {
    PythonLine line{indentation(), {}};
    int depth = 0;
    const int first = line_;
    while (at_ < text_.size()) {
      if (peek() == '\n' && depth == 0) break;
      if (skipped_space()) continue;
      line.tokens.push_back(token());
      const PythonToken& last = line.tokens.back();
      if (last.is("(") || last.is("[") || last.is("{")) ++depth;
      if (last.is(")") || last.is("]") || last.is("}")) --depth;
      if (depth < 0) fail(last.line, "a closing bracket has no opening one");
    }
    if (depth > 0) fail(first, "a bracket is never closed");
    advance();
    if (!line.tokens.empty()) lines_.push_back(std::move(line));
  }

  int indentation() {
    int columns = 0;
    for (; peek() == ' ' || peek() == '\t' || peek() == '\f'; advance())
      columns = peek() == ' ' ? columns + 1 : peek() == '\t' ? columns / 8 * 8 + 8 : 0;
    return columns;
  }

  /// Blanks, comments, line ends within brackets and joined lines.
  bool skipped_space() {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\f' || c == '\n') return advance(), true;
    if (c == '\\' && peek(1) == '\n') return advance(2), true;
    if (c != '#') return false;
    while (at_ < text_.size() && peek() != '\n') advance();
    return true;
  }

  PythonToken token() {
    const int line = line_;
    if (const auto prefix = string_prefix()) return text_token(*prefix, line);
    const std::size_t start = at_;
    auto kind = PythonToken::Kind::symbol;
    if (starts_name(peek())) {
      kind = PythonToken::Kind::name;
      while (continues_name(peek())) advance();
    } else if (std::isdigit(static_cast<unsigned char>(peek())) ||
               (peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1))))) {
      kind = PythonToken::Kind::number;
      while (continues_name(peek()) || peek() == '.') advance();
    } else {
      const auto* found = std::ranges::find_if(
          long_symbols, [&](std::string_view symbol) { return text_.substr(at_).starts_with(symbol); });
      advance(found == long_symbols.end() ? 1 : found->size());
    }
    return {kind, std::string(text_.substr(start, at_ - start)), {}, {}, line};
  }

  /// The letters before a quote, lower case, when a string literal starts here.
  std::optional<std::string> string_prefix() const {
    std::string prefix;
    for (std::size_t ahead = 0; ahead <= 2; ++ahead) {
      const char c = peek(ahead);
      if (c == '\'' || c == '"') return prefix;
      const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (std::string_view("rbuft").find(lower) == std::string_view::npos) return std::nullopt;
      prefix += lower;
    }
    return std::nullopt;
  }

  PythonToken text_token(const std::string& prefix, int line) {
    const bool raw = prefix.find('r') != std::string::npos;
    const bool formatted = prefix.find_first_of("ft") != std::string::npos;
    advance(prefix.size());
    const std::string_view quote = opening_quote();
    const std::size_t start = at_;
    skip_body(quote, formatted, line);
    const std::string_view body = text_.substr(start, at_ - start);
    advance(quote.size());

    PythonToken token{PythonToken::Kind::text, {}, {}, {}, line};
    if (formatted) token.unreadable = "an f-string";
    if (prefix.find('b') != std::string::npos) token.unreadable = "bytes";
    if (!token.unreadable.empty()) return token;
    const auto value = raw ? std::optional(std::string(body)) : unescaped(body);
    if (value)
      token.value = *value;
    else
      token.unreadable = "a text with an escape that only Python can resolve";
    return token;
  }

  std::string_view opening_quote() {
    const std::size_t size = peek(1) == peek() && peek(2) == peek() ? 3 : 1;
    const std::string_view quote = text_.substr(at_, size);
    advance(size);
    return quote;
  }

  /// Up to, not including, the closing quote.
  void skip_body(std::string_view quote, bool formatted, int line) {
    while (!text_.substr(at_).starts_with(quote)) {
      if (at_ >= text_.size() || (quote.size() == 1 && peek() == '\n')) return fail(line, "a string is never closed");
      if (peek() == '\\') {
        advance(2);
      } else if (formatted && peek() == '{' && peek(1) == '{') {
        advance(2);
      } else if (formatted && peek() == '{') {
        advance();
        skip_replacement(line);
      } else {
        advance();
      }
    }
  }

  /// `{expression:format}` of an f-string, behind its `{`; since Python 3.12 it may hold the outer quote.
  void skip_replacement(int line) {
    int depth = 0;
    bool format = false;
    while (at_ < text_.size()) {
      if (!format && (peek() == '\'' || peek() == '"')) {
        text_token({}, line);
        continue;
      }
      const char c = peek();
      advance();
      if (c == '}' && depth == 0) return;
      if (c == ':' && depth == 0) format = true;
      if (c == '(' || c == '[' || c == '{') ++depth;
      if (c == ')' || c == ']' || c == '}') --depth;
    }
    fail(line, "an f-string is never closed");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<PythonLine> lines_;
  std::optional<Unreadable> problem_;
};

}  // namespace

std::variant<std::vector<PythonLine>, Unreadable> python_lines(std::string_view source) {
  auto text = python_text(source);
  if (auto* problem = std::get_if<Unreadable>(&text)) return *problem;
  return Scanner(std::get<std::string>(text)).lines();
}

}  // namespace orchestrate
