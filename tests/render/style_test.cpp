#include "render/style.hpp"

#include <gtest/gtest.h>

namespace orchestrate {
namespace {

TEST(Style, IsColourOnlyOnATerminalThatCanAndMay) {
  EXPECT_EQ(choose_style(Output::terminal, nullptr, "xterm-256color"), Style::colour);
  EXPECT_EQ(choose_style(Output::terminal, "", "linux"), Style::colour);
  EXPECT_EQ(choose_style(Output::pipe, nullptr, "xterm"), Style::plain);
  EXPECT_EQ(choose_style(Output::terminal, "1", "xterm"), Style::plain);
  EXPECT_EQ(choose_style(Output::terminal, nullptr, "dumb"), Style::plain);
  EXPECT_EQ(choose_style(Output::terminal, nullptr, nullptr), Style::plain);
}

}  // namespace
}  // namespace orchestrate
