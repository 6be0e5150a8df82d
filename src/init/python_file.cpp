#include "init/python_file.hpp"

#include <algorithm>
#include <cctype>

#include "init/project_tree.hpp"

namespace orchestrate::init {
namespace {

using Kind = PythonToken::Kind;
using Tokens = std::vector<PythonToken>;

bool is_text(const PythonToken& token) {
  return token.kind == Kind::text && token.unreadable.empty();
}

bool ends_value(const Tokens& tokens, std::size_t at) {
  return at >= tokens.size() || tokens[at].is(",") || tokens[at].is(")");
}

KeywordValue value_at(const Tokens& tokens, std::size_t at) {
  if (at >= tokens.size()) return {};
  if (is_text(tokens[at])) {
    if (ends_value(tokens, at + 1)) return {KeywordValue::Kind::text, tokens[at].value};
    return {};
  }
  while (at + 2 < tokens.size() && tokens[at].kind == Kind::name && tokens[at + 1].is(".")) at += 2;
  if (tokens[at].kind == Kind::name && ends_value(tokens, at + 1))
    return {KeywordValue::Kind::name, tokens[at].spelling};
  return {};
}

bool same_but_for_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other,
                            [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// `config.NAME` or, in a class of settings, `NAME: str`.
bool is_setting(const Tokens& tokens, std::size_t at) {
  if (at > 0 && tokens[at - 1].is(".")) return true;
  return at == 0 && tokens.size() > 1 && tokens[1].is(":");
}

/// Of `from a.b import c` and `import a.b as c`: `a/b`.
std::string imported_path(const Tokens& tokens) {
  std::string path;
  if (tokens.empty() || (!tokens.front().is("from") && !tokens.front().is("import"))) return path;
  for (std::size_t at = 1; at < tokens.size() && !tokens[at].is("import") && !tokens[at].is("as"); ++at) {
    if (tokens[at].kind == Kind::name) path += (path.empty() ? "" : "/") + tokens[at].spelling;
    if (tokens[at].is(",")) break;
  }
  return path;
}

}  // namespace

PythonFile read_python(const std::filesystem::path& file) {
  PythonFile read{file, text_if_readable(file), {}};
  auto lines = python_lines(read.text);
  if (auto* found = std::get_if<std::vector<PythonLine>>(&lines)) read.lines = std::move(*found);
  return read;
}

std::vector<PythonFile> read_python(const std::vector<std::filesystem::path>& files) {
  std::vector<PythonFile> read;
  read.reserve(files.size());
  for (const auto& file : files) read.push_back(read_python(file));
  return read;
}

std::optional<Fact<KeywordValue>> keyword_value(const PythonFile& file, std::string_view keyword) {
  for (const PythonLine& line : file.lines)
    for (std::size_t at = 1; at + 1 < line.tokens.size(); ++at) {
      const bool inside_call = line.tokens[at - 1].is("(") || line.tokens[at - 1].is(",");
      if (inside_call && line.tokens[at].is(keyword) && line.tokens[at + 1].is("="))
        return Fact<KeywordValue>{value_at(line.tokens, at + 2), file.at(line.tokens[at].line)};
    }
  return std::nullopt;
}

std::vector<Fact<std::string>> assigned_texts(const std::vector<PythonFile>& files, std::string_view name) {
  std::vector<Fact<std::string>> texts;
  for (const PythonFile& file : files)
    for (const PythonLine& line : file.lines) {
      const Tokens& tokens = line.tokens;
      if (tokens.size() < 3 || !tokens[0].is(name) || !(tokens[1].is("=") || tokens[1].is(":"))) continue;
      if (tokens[tokens.size() - 2].is("=") && is_text(tokens.back()))
        texts.push_back({tokens.back().value, file.at(tokens[0].line)});
    }
  return texts;
}

std::optional<Fact<std::string>> keyword_text(const PythonFile& file, std::string_view keyword,
                                              const std::vector<PythonFile>& all) {
  const auto found = keyword_value(file, keyword);
  if (!found) return std::nullopt;
  if (found->value.kind == KeywordValue::Kind::text) return Fact<std::string>{found->value.text, found->place};
  if (found->value.kind == KeywordValue::Kind::other) return Fact<std::string>{"", found->place};
  auto texts = assigned_texts({file}, found->value.text);
  if (texts.empty()) texts = assigned_texts(all, found->value.text);
  const bool one =
      !texts.empty() && std::ranges::all_of(texts, [&](const auto& text) { return text.value == texts.front().value; });
  return one ? texts.front() : Fact<std::string>{"", found->place};
}

std::optional<Place> names_variable(const PythonFile& file, std::string_view variable) {
  for (const PythonLine& line : file.lines)
    for (std::size_t at = 0; at < line.tokens.size(); ++at) {
      const PythonToken& token = line.tokens[at];
      if (is_text(token) && token.value == variable) return file.at(token.line);
      if (token.kind == Kind::name && same_but_for_case(token.spelling, variable) && is_setting(line.tokens, at))
        return file.at(token.line);
    }
  return std::nullopt;
}

std::vector<const PythonFile*> imported_by(const PythonFile& file, const std::vector<PythonFile>& all) {
  std::vector<const PythonFile*> files;
  for (const PythonLine& line : file.lines) {
    const std::string path = imported_path(line.tokens);
    if (path.empty()) continue;
    for (const PythonFile& other : all) {
      const std::string name = other.path.string();
      if (name.ends_with("/" + path + ".py") || name.ends_with("/" + path + "/__init__.py")) files.push_back(&other);
    }
  }
  return files;
}

}  // namespace orchestrate::init
