#include "review/source.hpp"

#include <memory>
#include <string_view>

#include "orchestrate/error.hpp"
#include "review/syntax_tree_py.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t largest = 256 * 1024 * 1024;  // of a tree as text

Error failed(std::string why) {
  return {ErrorKind::failed, "read the migrations' syntax", std::move(why),
          "check the interpreter that migrations.command names"};
}

std::string input_of(const std::vector<std::string>& sources) {
  std::string input;
  for (const std::string& source : sources) input += std::to_string(source.size()) + "\n" + source;
  return input;
}

SyntaxTree tree_of(std::string_view line) {
  Json answer = parse_json(line);
  if (answer["error"].is_null()) return answer;
  return SyntaxProblem{static_cast<int>(answer.integer_or("line", 0)), answer.text_or("error")};
}

/// Cuts what the interpreter writes into lines, each the answer for one source.
class Answers {
 public:
  Answers(std::size_t wanted, TakeTree take) : wanted_(wanted), take_(std::move(take)) {}

  void write(std::string_view output) {
    for (std::size_t end = 0; (end = output.find('\n')) != std::string_view::npos; output.remove_prefix(end + 1)) {
      unfinished_ += output.substr(0, end);
      if (count_ == wanted_) throw failed("it answered for more than " + std::to_string(wanted_) + " files");
      take_(count_++, tree_of(unfinished_));
      unfinished_.clear();
    }
    if (unfinished_.size() + output.size() > largest) throw failed("its output for one file is larger than 256 MB");
    unfinished_ += output;
  }
  void close() const {
    if (count_ == wanted_ && unfinished_.empty()) return;
    throw failed("it answered for " + std::to_string(count_) + " of " + std::to_string(wanted_) + " files");
  }

 private:
  std::size_t wanted_, count_ = 0;
  TakeTree take_;
  std::string unfinished_;
};

Task<void> read_answers(Process& process, Answers& answers) {
  std::vector<std::byte> buffer(256 * 1024);
  for (;;) {
    const std::size_t size = co_await process.read(buffer);
    if (size == 0) co_return;
    answers.write({reinterpret_cast<const char*>(buffer.data()), size});
  }
}

}  // namespace

Task<void> parse_sources(Commands& commands, Argv python, std::vector<std::string> sources, TakeTree take,
                         std::stop_token stop) {
  Command command;
  command.argv = std::move(python);
  // -I: no user site, no PYTHON* variables, no current directory; -S: no site-packages; so only the standard library.
  for (const char* argument : {"-I", "-S", "-B", "-W", "ignore", "-c", syntax_tree_py})
    command.argv.emplace_back(argument);
  command.directory = "/";
  command.timeout = 60s;
  command.grace = 2s;
  command.piped = true;

  const std::unique_ptr<Process> process = commands.start(std::move(command), stop);
  const std::string input = input_of(sources);
  const bool taken = co_await process->write(std::as_bytes(std::span(input)));
  process->close_input();
  Answers answers(sources.size(), std::move(take));
  co_await read_answers(*process, answers);
  const Exit exit = co_await process->wait();
  if (!taken || !exit.ok()) throw failed(exit.text() + ": " + exit.err);
  answers.close();
}

}  // namespace orchestrate
