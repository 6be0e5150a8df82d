#include "review/source.hpp"

#include <gtest/gtest.h>

#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "system/command.hpp"

namespace orchestrate {
namespace {

using Trees = std::vector<std::pair<std::size_t, SyntaxTree>>;

Task<Trees> parse(Commands& commands, Argv python, std::vector<std::string> sources) {
  Trees trees;
  const TakeTree take = [&](std::size_t i, SyntaxTree tree) { trees.emplace_back(i, std::move(tree)); };
  const std::stop_token unstoppable;
  co_await parse_sources(commands, std::move(python), std::move(sources), take, unstoppable);
  co_return trees;
}

Trees parsed(Argv python, std::vector<std::string> sources) {
  boost::asio::io_context io;
  const auto commands = system::make_commands(io, Redactor(), std::nullopt);
  return on_loop(io, parse(*commands, std::move(python), std::move(sources)));
}

/// An interpreter that reads what it is given and answers with what `script` prints.
Argv answering(const std::string& script) {
  return {"/bin/sh", "-c", "cat >/dev/null; " + script};
}

TEST(Source, ATreeThatIsLargerThanAPipeComesWholeAndInItsPlace) {
  const std::string large = "x = '" + std::string(1'000'000, 'a') + "'\n";
  const Trees trees = parsed({"/usr/bin/python3"}, {"x = (", large, "y = 1"});
  ASSERT_EQ(trees.size(), 3U);
  EXPECT_EQ(std::get<SyntaxProblem>(trees[0].second).line, 1);
  EXPECT_EQ(trees[1].first, 1U);
  const Json& value = std::get<Json>(trees[1].second)["body"].as_array().at(0)["value"]["value"];
  EXPECT_EQ(value.as_string(), std::string(1'000'000, 'a'));
  EXPECT_EQ(std::get<Json>(trees[2].second)["body"].as_array().size(), 1U);
}

TEST(Source, AnInterpreterThatAnswersForMoreOrFewerFilesIsAnError) {
  EXPECT_EQ(parsed(answering("echo '{}'; echo '{}'"), {"x", "y"}).size(), 2U);
  EXPECT_THROW(parsed(answering("echo '{}'"), {"x", "y"}), Error);
  EXPECT_THROW(parsed(answering("echo '{}'; echo '{}'; echo '{}'"), {"x", "y"}), Error);
  EXPECT_THROW(parsed(answering("echo '{}'; printf '{}'"), {"x", "y"}), Error) << "the last line has no end";
  EXPECT_THROW(parsed(answering("echo '{}'; echo '{}'; exit 1"), {"x", "y"}), Error);
}

}  // namespace
}  // namespace orchestrate
