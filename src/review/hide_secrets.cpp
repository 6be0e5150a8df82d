#include "review/hide_secrets.hpp"

#include "orchestrate/secret.hpp"

namespace orchestrate {
namespace {

/// A short one would be left by the redactor, which would take it for a word; in quotes it is none.
void replace_quoted(std::string& text, const std::string& secret) {
  for (const char quote : {'\'', '"'}) {
    const std::string literal = quote + secret + quote;
    for (std::size_t at = text.find(literal); at != std::string::npos; at = text.find(literal, at + 1))
      text.replace(at, literal.size(), std::string(1, quote) + "***" + quote);
  }
}

}  // namespace

void hide_secrets(std::span<const ReadRevision> revisions, std::vector<Finding>& findings) {
  std::vector<Secret> secrets;
  for (const ReadRevision& revision : revisions)
    for (const Statement& s : revision.statements)
      for (const std::string& secret : s.secrets) secrets.emplace_back(secret);
  if (secrets.empty()) return;
  const Redactor redactor(secrets);
  for (Finding& finding : findings)
    for (std::string* text :
         {&finding.source_line, &finding.object, &finding.hazard, &finding.effect, &finding.remedy}) {
      for (const Secret& secret : secrets) replace_quoted(*text, secret.reveal());
      *text = redactor(*text);
    }
}

}  // namespace orchestrate
