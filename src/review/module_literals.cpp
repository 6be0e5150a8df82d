#include "review/module_literals.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace orchestrate {
namespace {

using Tokens = std::span<const PythonToken>;

constexpr std::array<std::string_view, 13> block_words = {"if",   "elif", "else",    "for",   "while", "try",  "except",
                                                          "with", "def",  "finally", "class", "async", "match"};
/// Statements that bind or unbind names without `=`.
constexpr std::array<std::string_view, 3> binding_words = {"import", "from", "del"};
/// Ways to bind module names that no reader of text can follow.
constexpr std::array<std::string_view, 5> dark_words = {"exec", "globals", "locals", "vars", "__dict__"};

template <std::size_t N>
bool one_of(const PythonToken& token, const std::array<std::string_view, N>& words) {
  return token.kind == PythonToken::Kind::name && std::ranges::find(words, token.spelling) != words.end();
}

int depth_change(const PythonToken& token) {
  if (token.is("(") || token.is("[") || token.is("{")) return 1;
  return token.is(")") || token.is("]") || token.is("}") ? -1 : 0;
}

/// Pieces between `separator` symbols outside all brackets.
std::vector<Tokens> split(Tokens tokens, std::string_view separator) {
  std::vector<Tokens> pieces;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    depth += depth_change(tokens[i]);
    if (depth != 0 || !tokens[i].is(separator)) continue;
    pieces.push_back(tokens.subspan(start, i - start));
    start = i + 1;
  }
  pieces.push_back(tokens.subspan(start));
  return pieces;
}

/// Whether the first bracket closes at the very end.
bool wrapped(Tokens tokens) {
  if (tokens.size() < 2 || depth_change(tokens.front()) != 1) return false;
  int depth = 0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    depth += depth_change(tokens[i]);
    if (depth == 0) return false;
  }
  return true;
}

using Reading = std::variant<Literal, Unreadable>;

Unreadable not_a_literal(Tokens tokens, int line) {
  if (tokens.empty()) return {line, "it has no value"};
  const auto dark = std::ranges::find_if(tokens, [](const PythonToken& t) { return !t.unreadable.empty(); });
  if (dark != tokens.end()) return {dark->line, "it is " + dark->unreadable};
  return {tokens.front().line, "it is not a plain literal"};
}

Reading literal(Tokens tokens, int line);

Reading sequence(const std::vector<Tokens>& items, int line) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].empty() && i + 1 == items.size()) break;  // trailing comma, or no item at all
    const Reading item = literal(items[i], line);
    if (const auto* problem = std::get_if<Unreadable>(&item)) return *problem;
    const auto* text = std::get_if<std::string>(&std::get<Literal>(item));
    if (!text) return Unreadable{line, "it holds something other than texts"};
    texts.push_back(*text);
  }
  return Literal(std::move(texts));
}

Reading literal(Tokens tokens, int line) {
  if (const auto items = split(tokens, ","); items.size() > 1) return sequence(items, line);
  if (wrapped(tokens)) {
    const Tokens inside = tokens.subspan(1, tokens.size() - 2);
    const auto items = split(inside, ",");
    const bool tuple = tokens.front().is("(");
    if (tuple && items.size() == 1 && !inside.empty()) return literal(inside, line);
    if (tokens.front().is("{") && inside.empty()) return Unreadable{line, "it is a dict"};
    return sequence(items, line);
  }
  if (tokens.size() == 1 && tokens.front().is("None")) return Literal();
  std::string joined;
  for (const PythonToken& token : tokens) {
    if (token.kind != PythonToken::Kind::text || !token.unreadable.empty()) return not_a_literal(tokens, line);
    joined += token.value;
  }
  if (tokens.empty()) return not_a_literal(tokens, line);
  return Literal(std::move(joined));
}

/// The fold of a module's statements into what the wanted names hold.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& names) : names_(names) {}

  void take(const PythonLine& line) {
    while (!blocks_.empty() && line.indentation <= blocks_.back().indentation) blocks_.pop_back();
    const bool local = std::ranges::any_of(blocks_, &Block::local);
    if (local) return take_global(line.tokens);
    if (opens_block(line.tokens)) return open_block(line);
    for (const Tokens statement : split(line.tokens, ";"))
      if (!statement.empty()) take_statement(statement);
  }

  Bindings result() && {
    for (const auto& [name, binding] : set_later_) bindings_[name] = binding;
    return std::move(bindings_);
  }

 private:
  struct Block {
    int indentation;
    bool local;  ///< def and class have names of their own
  };

  bool wanted(const PythonToken& token) const {
    return token.kind == PythonToken::Kind::name && std::ranges::find(names_, token.spelling) != names_.end();
  }

  void cannot_read(const std::string& name, int line, std::string why) {
    bindings_[name] = {line, Unreadable{line, std::move(why)}};
  }

  void cannot_read_any(int line, const std::string& why) {
    for (const std::string& name : names_) cannot_read(name, line, why);
  }

  static bool opens_block(Tokens tokens) {
    const bool only_a_name = tokens.front().is("match") && !tokens.back().is(":");
    return one_of(tokens.front(), block_words) && !only_a_name;
  }

  void open_block(const PythonLine& line) {
    const Tokens tokens = line.tokens;
    const std::size_t word = tokens.front().is("async") && tokens.size() > 1 ? 1 : 0;
    const bool local = tokens[word].is("def") || tokens[word].is("class");
    blocks_.push_back({line.indentation, local});
    if (local && word + 1 < tokens.size() && wanted(tokens[word + 1]))
      cannot_read(tokens[word + 1].spelling, tokens[word + 1].line, "it is a function or class");
    if (local) return;
    for (const PythonToken& token : tokens)  // targets of for, with, except; bodies on the same line
      if (wanted(token)) cannot_read(token.spelling, token.line, "it is used in a block that may or may not run");
  }

  void take_global(Tokens tokens) {
    const auto word = std::ranges::find_if(tokens, [](const PythonToken& t) { return t.is("global"); });
    for (auto token = word; token != tokens.end(); ++token)
      if (wanted(*token)) set_later_[token->spelling] = {token->line, Unreadable{token->line, "a function may set it"}};
  }

  void take_statement(Tokens tokens) {
    const int line = tokens.front().line;
    if (std::ranges::any_of(tokens, [](const PythonToken& t) { return one_of(t, dark_words); }))
      return cannot_read_any(line, "the file computes its own names");
    if (tokens.front().is("from") && tokens.back().is("*")) return cannot_read_any(line, "a star import may set it");
    if (one_of(tokens.front(), binding_words)) return take_imports(tokens);
    take_assignment(tokens);
  }

  /// Names bound by import, or unbound by del.
  void take_imports(Tokens tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool renamed = i + 1 < tokens.size() && (tokens[i + 1].is("as") || tokens[i + 1].is("."));
      const bool part = i > 0 && (tokens[i - 1].is(".") || tokens[i - 1].is("from"));
      if (wanted(tokens[i]) && !renamed && !part)
        cannot_read(tokens[i].spelling, tokens[i].line, "it is imported or deleted");
    }
  }

  void take_assignment(Tokens tokens) {
    auto parts = split(tokens, "=");
    const Tokens value = parts.back();
    const int line = tokens.front().line;
    if (parts.size() == 1) return take_expression(tokens);
    parts.pop_back();
    const bool conditional = !blocks_.empty();
    for (const Tokens target : parts) {
      const bool annotated = target.size() > 1 && target[1].is(":");
      if (!target.empty() && wanted(target.front()) && (target.size() == 1 || annotated)) {
        const std::string& name = target.front().spelling;
        if (conditional)
          cannot_read(name, line, "it is set in a block that may or may not run");
        else
          bindings_[name] = {line, literal(value, line)};
      } else {
        take_expression(target);
      }
    }
    take_walrus(value);
  }

  /// A statement or target that is no plain assignment: `revision += "x"`, `revision, x = ...`, `revision: str`.
  void take_expression(Tokens tokens) {
    const bool only_declared = tokens.size() > 1 && tokens[1].is(":");
    if (only_declared) return;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool attribute = i > 0 && tokens[i - 1].is(".");
      const bool keyword = i > 0 && i + 1 < tokens.size() && tokens[i + 1].is("=");
      if (wanted(tokens[i]) && !attribute && !keyword && !is_call(tokens))
        cannot_read(tokens[i].spelling, tokens[i].line, "it is not set by a plain assignment");
    }
    take_walrus(tokens);
  }

  static bool is_call(Tokens tokens) { return tokens.front().kind == PythonToken::Kind::name && tokens.back().is(")"); }

  void take_walrus(Tokens tokens) {
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
      if (wanted(tokens[i]) && tokens[i + 1].is(":="))
        cannot_read(tokens[i].spelling, tokens[i].line, "it is not set by a plain assignment");
  }

  const std::vector<std::string>& names_;
  Bindings bindings_, set_later_;
  std::vector<Block> blocks_;
};

}  // namespace

std::variant<Bindings, Unreadable> module_literals(std::string_view source, const std::vector<std::string>& names) {
  const auto lines = python_lines(source);
  if (const auto* problem = std::get_if<Unreadable>(&lines)) return *problem;
  Reader reader(names);
  for (const PythonLine& line : std::get<std::vector<PythonLine>>(lines)) reader.take(line);
  return std::move(reader).result();
}

}  // namespace orchestrate
