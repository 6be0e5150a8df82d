#include "init/dump_job.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "init/project_tree.hpp"
#include "init/shell_text.hpp"
#include "init/unit_file.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> done_words = {"complete", "finished", "success", "done"};
/// Options of pg_dump whose value is a word of its own.
constexpr std::array<std::string_view, 14> with_value = {"-h", "-p", "-U", "-n", "-N", "-t", "-T",
                                                         "-F", "-Z", "-j", "-E", "-S", "-f", "-d"};

bool is_known(std::string_view text) {
  return !text.empty() && text.find(unknown_part) == std::string_view::npos;
}

bool is_file(std::string_view text) {
  return is_known(text) && text.starts_with('/') && text != "/dev/null";
}

std::optional<std::size_t> pg_dump_in(const ShellCommand& command) {
  for (std::size_t at = 0; at < command.words.size(); ++at)
    if (fs::path(command.words[at]).filename() == "pg_dump") return at;
  return std::nullopt;
}

/// `-d NAME`, `--dbname=NAME`, or the word that belongs to no option.
void read_arguments(const ShellCommand& command, std::size_t program, DumpJob& job) {
  for (std::size_t at = program + 1; at < command.words.size() && command.words[at] != "|"; ++at) {
    const std::string& word = command.words[at];
    const std::size_t equals = word.find('=');
    const bool whole =
        std::ranges::find(with_value, word) != with_value.end() || word == "--file" || word == "--dbname";
    const std::string value = whole && at + 1 < command.words.size() ? command.words[at + 1]
                              : equals != std::string::npos          ? word.substr(equals + 1)
                                                                     : "";
    if (word == "-f" || word.starts_with("--file")) job.dump = value;
    if (word == "-d" || word.starts_with("--dbname") || !word.starts_with('-'))
      job.database = word.starts_with('-') ? value : word;
    if (whole) ++at;
  }
  if (!command.written_to.empty() && job.dump.empty()) job.dump = command.written_to.back();
}

/// Of the last word of `say "backup complete"` what stands behind everything that changes.
std::string constant_end(const ShellCommand& command) {
  if (command.words.size() < 2) return {};
  std::string text = command.words.back();
  text = text.substr(text.rfind(unknown_part) + 1);  // npos + 1: all of it
  if (text.find("{date}") != std::string::npos) text = text.substr(text.rfind("{date}") + 6);
  const auto first = text.find_first_not_of(" :\t");
  return first == std::string::npos ? "" : text.substr(first);
}

bool says_done(const std::string& text) {
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(done_words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// What is written after the dump: its final name, and the words that say it is done.
void read_rest(const std::vector<ShellCommand>& commands, std::size_t dump, DumpJob& job) {
  for (std::size_t at = dump + 1; at < commands.size(); ++at) {
    const auto& words = commands[at].words;
    const bool moved = words.size() >= 3 && words.front() == "mv" && words[words.size() - 2] == job.dump;
    if (moved) job.dump = words.back();
    if (words.size() >= 2 && words.front() == "gzip" && words.back() == job.dump) job.dump += ".gz";
    if (const std::string end = constant_end(commands[at]); says_done(end)) job.says = end;
  }
  for (const ShellCommand& command : commands)
    for (const auto* targets : {&command.errors_to, &command.written_to})
      for (const std::string& target : *targets)
        if (is_file(target) && target != job.dump && target.find("{date}") == std::string::npos) job.log = target;
}

std::string last_part(const std::string& path) {
  return fs::path(path).filename().string();
}

/// The command itself, or the script that it starts.
std::optional<DumpJob> job_of(const std::string& command) {
  if (auto job = dump_job(command)) return job;
  for (const std::string& word : exec_words(command)) {
    if (!word.starts_with('/')) continue;
    const std::string script = text_if_readable(word);
    if (!script.starts_with("#!")) continue;  // a program
    auto job = dump_job(script);
    if (!job) continue;
    return job;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DumpJob> dump_job(std::string_view script) {
  if (script.find("pg_dump") == std::string_view::npos) return std::nullopt;
  const auto commands = shell_commands(script);
  for (std::size_t at = 0; at < commands.size(); ++at) {
    const auto program = pg_dump_in(commands[at]);
    if (!program) continue;
    DumpJob job;
    read_arguments(commands[at], *program, job);
    read_rest(commands, at, job);
    if (!is_file(job.dump) || last_part(job.dump).empty()) job.dump.clear();
    if (!is_known(job.database)) job.database.clear();
    if (job.log.empty() || job.says.empty()) job.log.clear(), job.says.clear();
    return job;
  }
  return std::nullopt;
}

DumpJobs dump_jobs(const Jobs& jobs) {
  DumpJobs all{.found = {}, .unread = jobs.unread};
  for (const auto& job : jobs.commands)
    if (auto dump = job_of(job.value)) all.found.push_back({std::move(*dump), job.place});
  return all;
}

}  // namespace orchestrate::init
