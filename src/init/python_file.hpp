#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "init/fact.hpp"
#include "review/python_lines.hpp"

namespace orchestrate::init {

/// A Python file of the project as text; nothing of it is run.
struct PythonFile {
  std::filesystem::path path;
  std::string text;
  std::vector<PythonLine> lines;  ///< none where it cannot be read

  Place at(int line) const { return {path, line}; }
  bool mentions(std::string_view words) const { return text.find(words) != std::string::npos; }
};

PythonFile read_python(const std::filesystem::path& file);
std::vector<PythonFile> read_python(const std::vector<std::filesystem::path>& files);

/// What `keyword=` stands before in any call: a plain text, or the name that holds it (of `a.b.NAME` the last part).
struct KeywordValue {
  enum class Kind { text, name, other };
  Kind kind = Kind::other;
  std::string text;
  bool operator==(const KeywordValue&) const = default;
};
std::optional<Fact<KeywordValue>> keyword_value(const PythonFile& file, std::string_view keyword);

/// Every `NAME = "text"` or `NAME: type = "text"`, in a class too, in all of `files`.
std::vector<Fact<std::string>> assigned_texts(const std::vector<PythonFile>& files, std::string_view name);

/// The one text that the keyword has, through a name if need be; nullopt: there is no such keyword.
/// A value that nobody can read without running it is an empty text.
std::optional<Fact<std::string>> keyword_text(const PythonFile& file, std::string_view keyword,
                                              const std::vector<PythonFile>& all);

/// Where the file first names the variable: as a text ("DATABASE_URL"), or as an attribute or annotated name, which
/// settings classes match without regard to case.
std::optional<Place> names_variable(const PythonFile& file, std::string_view variable);

/// The files of `all` that this one imports from.
std::vector<const PythonFile*> imported_by(const PythonFile& file, const std::vector<PythonFile>& all);

}  // namespace orchestrate::init
