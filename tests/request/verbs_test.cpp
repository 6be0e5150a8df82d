#include "request/verbs.hpp"

#include <gmock/gmock.h>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

std::string refusal(std::string_view verb, const Json& options) {
  try {
    check_options(request_verb(verb), options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return {};
}

TEST(RequestVerbs, TakeTheirOptions) {
  EXPECT_EQ(
      refusal("apply", Json::object({{"target", "004"}, {"override-window", true}, {"reason", "the shop is down"}})),
      "");
  EXPECT_EQ(refusal("stamp", Json::object({{"revisions", Json::array({"003", "004"})}, {"reason", "restored"}})), "");
  EXPECT_EQ(refusal("resume", Json::object({{"run", "20261120-091403-7f3a"}})), "");
}

TEST(RequestVerbs, RefuseWhatTheyDoNotHave) {
  EXPECT_THAT(refusal("apply", Json::object({{"confirm", "loses-data"}})),
              testing::HasSubstr("an option that it does not have"));
  EXPECT_THAT(refusal("resume", Json::object()), testing::HasSubstr("option run is missing"));
}

TEST(RequestVerbs, RefuseOtherTypesSizesAndControlCharacters) {
  const std::string why = "wrong type, too long, or not printable";
  for (const Json& target :
       {Json(true), Json(7), Json::array({"x"}), Json(std::string(5000, 'x')), Json("a\nb"), Json("a\x1b[2J")})
    EXPECT_THAT(refusal("apply", Json::object({{"target", target}})), testing::HasSubstr(why)) << to_text(target);
  EXPECT_THAT(refusal("apply", Json::object({{"override-window", "yes"}})), testing::HasSubstr(why));
  EXPECT_THAT(refusal("stamp", Json::object({{"revisions", Json::of(std::vector<std::string>(65, "x"))}})),
              testing::HasSubstr(why));
}

TEST(RequestVerbs, OfTheWorkerAloneCannotBeAskedFor) {
  for (const std::string verb : {"recover", "cancel", "worker", "sh", ""})
    EXPECT_THROW(request_verb(verb), Error) << verb;
}

TEST(RequestVerbs, ThatMayLoseDataNeedTheStrongestRight) {
  EXPECT_EQ(action_of(request_verb("apply").right), "org.orchestrate.apply");
  EXPECT_EQ(action_of(request_verb("downgrade").right), "org.orchestrate.restore");
}

TEST(AppName, IsOneThatAPolicyMayHave) {
  for (const std::string name : {"magikal-bot", "a", "app_2.test", "0"}) EXPECT_NO_THROW(check_app_name(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("../x"), std::string("a/b"), std::string("-x"), std::string(".."), std::string("A"),
        std::string("a b"), std::string("a\0b", 3), std::string(65, 'a')})
    EXPECT_THROW(check_app_name(name), Error) << name;
}

}  // namespace
}  // namespace orchestrate
