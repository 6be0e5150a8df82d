#include "orchestrate/json.hpp"

#include <gtest/gtest.h>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

TEST(JsonText, KeepsTheOrderOfKeysAndReadsBackWhatItWrote) {
  const Json json = Json::object({{"zebra", 1}, {"apple", Json::array({true, nullptr, "x"})}, {"half", 0.5}});
  EXPECT_EQ(to_text(json), R"({"zebra":1,"apple":[true,null,"x"],"half":0.5})");
  EXPECT_EQ(parse_json(to_text(json)), json);
}

TEST(JsonText, ReplacesBytesThatAreNotUtf8InsteadOfFailing) {
  EXPECT_EQ(to_text(Json("caf\xe9!")), "\"caf\xef\xbf\xbd!\"");
}

TEST(JsonText, SaysAtWhichByteItIsNotValid) {
  try {
    parse_json("{\"a\": ");
    FAIL() << "parsed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("byte 7"), std::string::npos) << error.what();
  }
}

TEST(JsonText, RefusesToGoAsDeepAsTheStackWouldNot) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(parse_json(nested(1000)).is_array());
  EXPECT_THROW(parse_json(nested(1000000)), Error);
  EXPECT_EQ(parse_json("\"\\\"" + std::string(5000, '[') + "\"").as_string().size(), 5001U) << "a text is not deep";
}

TEST(JsonText, RefusesANumberThatNothingHolds) {
  EXPECT_THROW(parse_json("[7e999]"), Error);
}

TEST(JsonValue, AnAbsentMemberIsNullAndAnotherTypeIsAnError) {
  const Json json = Json::object({{"a", "text"}});
  EXPECT_TRUE(json["b"].is_null());
  EXPECT_THROW(json["a"].as_integer(), Error);
}

}  // namespace
}  // namespace orchestrate
