#include "policy/url_template.hpp"

#include <algorithm>
#include <cctype>

namespace orchestrate {
namespace {

bool is_name(std::string_view text) {
  const auto in_name = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) && std::ranges::all_of(text, in_name);
}

/// The password's place in a URL or conninfo template; empty when it has none.
std::string_view password_of(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) {
    const std::size_t key = text.find("password=");
    return key == std::string_view::npos ? std::string_view() : text.substr(key + 9, text.find(' ', key) - key - 9);
  }
  const std::string_view address = text.substr(scheme + 3);
  const std::string_view userinfo = address.substr(0, std::min(address.rfind('@'), address.size()));
  const std::size_t colon = userinfo.find(':');
  if (userinfo.size() == address.size() || colon == std::string_view::npos) return {};
  return userinfo.substr(colon + 1);
}

void judge(std::string_view text, std::vector<std::string>& problems) {
  for (const TemplatePiece& piece : template_pieces(text))
    if (piece.kind == TemplatePiece::Kind::malformed) problems.emplace_back("has a '${' without NAME and '}'");
}

}  // namespace

std::vector<TemplatePiece> template_pieces(std::string_view text) {
  using Kind = TemplatePiece::Kind;
  std::vector<TemplatePiece> pieces;
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    if (start != 0) {
      pieces.push_back({Kind::literal, std::string(text.substr(0, start))});
      text.remove_prefix(std::min(start, text.size()));
      continue;
    }
    const std::size_t end = text.find('}');
    const std::string_view name = text.substr(2, end == std::string_view::npos ? end : end - 2);
    const bool good = end != std::string_view::npos && is_name(name);
    pieces.push_back({good ? Kind::variable : Kind::malformed, std::string(name)});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return pieces;
}

std::vector<std::string> template_problems(const UrlTemplate& url) {
  std::vector<std::string> problems;
  if (const auto* parts = std::get_if<UrlTemplate::Parts>(&url.form)) {
    for (const std::string* part : {&parts->user, &parts->password, &parts->host, &parts->port, &parts->name})
      judge(*part, problems);
    return problems;
  }
  const auto& text = std::get<std::string>(url.form);
  judge(text, problems);
  const auto pieces = template_pieces(password_of(text));
  const auto literal = [](const TemplatePiece& piece) { return piece.kind == TemplatePiece::Kind::literal; };
  if (std::ranges::any_of(pieces, literal))
    problems.emplace_back(
        "holds a password; put the URL into the env file and write ${NAME}, for the policy is not secret");
  return problems;
}

}  // namespace orchestrate
