#include "backup/dump_log.hpp"

#include <fmt/core.h>

#include <regex>
#include <string_view>

#include "backup/wording.hpp"
#include "files/file_facts.hpp"
#include "files/text.hpp"

namespace orchestrate::backup {
namespace {

constexpr std::size_t tail_size = 1024 * 1024;
// A job may write its log's last line, and then touch the dump once more (chmod, mv to its name).
constexpr std::chrono::seconds tolerance{60};

constexpr const char* rerun = "run the backup job again and see its log";

/// What follows the last line with `phrase`, that line included; nullopt when no line has it.
std::optional<std::string_view> from_last(std::string_view text, const std::string& phrase) {
  const std::size_t at = text.rfind(phrase);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t newline = text.rfind('\n', at);
  return text.substr(newline == std::string_view::npos ? 0 : newline + 1);
}

/// Without words that begin a run, the last run is what follows the end of the one before.
std::string_view after_previous_end(std::string_view text, const std::string& says) {
  const std::size_t last = text.rfind(says);
  if (last == std::string_view::npos || last == 0) return text;
  const std::size_t previous = text.rfind(says, last - 1);
  if (previous == std::string_view::npos) return text;
  const std::size_t newline = text.find('\n', previous);
  return newline == std::string_view::npos ? text : text.substr(newline + 1);
}

std::optional<std::string> error_line(std::string_view text) {
  static const std::regex alarming(R"((^|[^A-Za-z])(ERROR|FATAL|PANIC|[Ff]ail(ed|ure|s)?|error:)($|[^A-Za-z]))");
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line(text.substr(at, std::min<std::size_t>(end - at, 1000)));
    if (std::regex_search(line, alarming)) return line;
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> doubt_from_log(const LogRule& rule, Time written_at) {
  const std::string file = rule.file.string();
  const auto facts = files::file_facts(rule.file);
  if (!facts) return Refusal{fmt::format("its log {} is missing", file), "correct `log`, or run the backup job"};
  if (facts->modified < written_at - tolerance)
    return Refusal{fmt::format("its log {} was last written before the dump", file),
                   "the dump is not of the run that the log tells of: " + std::string(rerun)};

  const std::string text = files::read_tail(rule.file, tail_size);
  const auto started = rule.starts ? from_last(text, *rule.starts) : after_previous_end(text, rule.says);
  if (!started) return Refusal{fmt::format("its log {} nowhere says '{}'", file, *rule.starts), "correct `log_starts`"};
  if (const auto line = error_line(*started)) return Refusal{fmt::format("its log {} says: {}", file, *line), rerun};
  if (started->find(rule.says) == std::string_view::npos)
    return Refusal{fmt::format("its log {} does not say '{}' after its last start", file, rule.says),
                   "the job is still running or was cut off: wait for it, or run it again"};
  return std::nullopt;
}

}  // namespace orchestrate::backup
