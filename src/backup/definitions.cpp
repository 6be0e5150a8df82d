#include "backup/definitions.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/digest.hpp"
#include "schema/expression_text.hpp"

namespace orchestrate::backup {
namespace {

constexpr std::string_view title = "-- Name: ";
constexpr std::string_view last_words = "-- PostgreSQL database dump complete";
/// Enough to tell definitions apart; a manifest may hold 50 000.
constexpr std::size_t digits = 16;
/// Stand between two objects, and belong to neither.
constexpr std::array<std::string_view, 4> between = {"--", "SET default_t", "\\restrict ", "\\unrestrict "};

/// `-- Name: ix_panels; Type: INDEX; Schema: cfg; Owner: bot` is `INDEX cfg.ix_panels`; empty: no title.
std::string named(std::string_view line) {
  const std::size_t type = line.find("; Type: "), schema = line.find("; Schema: "), owner = line.find("; Owner: ");
  if (!line.starts_with(title) || type == line.npos || schema == line.npos || owner == line.npos) return {};
  const std::string_view name = line.substr(title.size(), type - title.size());
  const std::string_view kind = line.substr(type + 8, schema - type - 8);
  const std::string_view in = line.substr(schema + 10, owner - schema - 10);
  return in == "-" ? fmt::format("{} {}", kind, name) : fmt::format("{} {}.{}", kind, in, name);
}

/// Grants stand in the order in which they were given.
std::string in_order(const std::string& text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  std::ranges::sort(lines);
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace

void Definitions::read(std::span<const std::byte> block) {
  rest_.append(reinterpret_cast<const char*>(block.data()), block.size());
  std::size_t at = 0;
  for (std::size_t end = rest_.find('\n'); end != rest_.npos; end = rest_.find('\n', at)) {
    line(std::string_view(rest_).substr(at, end - at));
    at = end + 1;
  }
  rest_.erase(0, at);
}

void Definitions::line(std::string_view text) {
  if (text == last_words) {
    finish();
    complete_ = true;
  } else if (std::string name = named(text); !name.empty()) {
    finish();
    name_ = std::move(name);
  } else if (!text.empty() && std::ranges::none_of(between, [&](auto word) { return text.starts_with(word); })) {
    text_ += without_brackets_and_casts(text);
    text_ += '\n';
  }
}

/// Several may have one name: of these the hash is of all.
void Definitions::finish() {
  if (!name_.empty()) {
    std::string& hash = hashes_[name_];
    const bool grants = name_.starts_with("ACL ") || name_.starts_with("DEFAULT ACL ");
    hash = sha256(hash + (grants ? in_order(text_) : text_)).substr(0, digits);
  }
  name_.clear();
  text_.clear();
}

}  // namespace orchestrate::backup
