#include "review/source.hpp"

#include <memory>
#include <string_view>

#include "orchestrate/error.hpp"
#include "review/syntax_tree_py.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t output_limit = 256 * 1024 * 1024;

Error failed(std::string why) {
  return {ErrorKind::failed, "read the migrations' syntax", std::move(why),
          "check the interpreter that migrations.command names"};
}

std::string input_of(const std::vector<std::string>& sources) {
  std::string input;
  for (const std::string& source : sources) input += std::to_string(source.size()) + "\n" + source;
  return input;
}

Task<std::string> output_of(Process& process) {
  std::string output;
  std::vector<std::byte> buffer(256 * 1024);
  for (;;) {
    const std::size_t size = co_await process.read(buffer);
    if (size == 0) co_return output;
    if (output.size() + size > output_limit) throw failed("its output is larger than 256 MB");
    output.append(reinterpret_cast<const char*>(buffer.data()), size);
  }
}

SyntaxTree tree_of(std::string_view line) {
  Json answer = parse_json(line);
  if (answer["error"].is_null()) return answer;
  return SyntaxProblem{static_cast<int>(answer.integer_or("line", 0)), answer.text_or("error")};
}

}  // namespace

Task<std::vector<SyntaxTree>> syntax_trees(Commands& commands, Argv python, std::vector<std::string> sources,
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
  const std::string output = co_await output_of(*process);
  const Exit exit = co_await process->wait();
  if (!taken || !exit.ok()) throw failed(exit.text() + ": " + exit.err);

  std::vector<SyntaxTree> trees;
  for (std::string_view rest = output; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    trees.push_back(tree_of(line));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  if (trees.size() != sources.size())
    throw failed("it answered for " + std::to_string(trees.size()) + " of " + std::to_string(sources.size()) +
                 " files");
  co_return trees;
}

}  // namespace orchestrate
