#include "review/module_literals.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "orchestrate/json.hpp"
#include "project.hpp"

namespace orchestrate {
namespace {

const std::vector<std::string> names = {"revision", "down_revision", "branch_labels", "depends_on"};

Json as_json(const Binding& binding) {
  if (std::holds_alternative<Unreadable>(binding.value)) return "unreadable";
  const auto& value = std::get<Literal>(binding.value);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return Json::of(*list);
  return nullptr;
}

/// What we read in `source` and what Python's ast reads, for the four names.
std::pair<std::string, std::string> both_readings(const std::string& source) {
  const Project project;
  const auto read = module_literals(source, names);
  Json ours = Json::object(), theirs = Json::object();
  const Json oracle = parse_json(python("literal_oracle.py", {project.write("v.py", source).string()}));
  for (const std::string& name : names) {
    if (const auto* bindings = std::get_if<Bindings>(&read))
      if (const auto found = bindings->find(name); found != bindings->end()) ours.set(name, as_json(found->second));
    for (const auto& [key, value] : oracle.as_object())
      if (key == name) theirs.set(name, value.is_object() ? Json("unreadable") : value);
  }
  return {to_text(ours), to_text(theirs)};
}

struct Case {
  std::string name, source;
};

class ReadsLikePython : public testing::TestWithParam<Case> {};

TEST_P(ReadsLikePython, TheFourNames) {
  const auto [ours, theirs] = both_readings(GetParam().source);
  EXPECT_EQ(ours, theirs) << GetParam().source;
  EXPECT_NE(ours, "{}");
}

const Case literals[] = {
    {"Plain", "revision = 'a1'\ndown_revision = None\nbranch_labels = None\ndepends_on = None\n"},
    {"Annotated",
     "from typing import Sequence, Union\nrevision: str = \"a1\"\n"
     "down_revision: Union[str, Sequence[str], None] = ('b', 'c')\n"},
    {"Tuples", "revision = ('a1')\ndown_revision = ('b',)\nbranch_labels = 'x', 'y'\ndepends_on = ()\n"},
    {"ListsAndSets", "revision = 'a1'\ndown_revision = ['b', 'c',]\nbranch_labels = {'z', }\ndepends_on = [ ]\n"},
    {"OverManyLines",
     "revision = (\n    'a'  # first\n\n    \"1\"\n)\ndown_revision = [\n  'b',\n  # none\n  'c'\n]\n"},
    {"Continued", "revision \\\n  = \\\n  'a' \\\n  'b'\n"},
    {"TripleQuotes", "'''revision = 'no' \"\"\" '''\nrevision = \"\"\"a\nb\"\"\"\ndown_revision = '''it's'''\n"},
    {"RawAndEscapes", "revision = r'a\\n'\ndown_revision = '\\x41\\u00e9\\101\\q\\\n\\t'\ndepends_on = u'x'\n"},
    {"BothQuotes", "revision = \"it's\" 'a \"b\"'\n"},
    {"ByteOrderMark", "\xEF\xBB\xBFrevision = '\xC3\xA9'\n"},
    {"Latin1", "# -*- coding: latin-1 -*-\nrevision = '\xE9'\n"},
    {"WindowsLineEnds", "revision = '''a\r\nb'''\r\ndown_revision = None\r\n"},
    {"OldMacLineEnds", "revision = 'a'\rdown_revision = 'b'\r"},
    {"NoLastLineEnd", "revision = 'a'"},
    {"Semicolons", "revision = 'a'; down_revision = 'b' ; x = 1\n"},
    {"TheLastOneCounts", "revision = 'a'\nrevision = 'b'\n"},
    {"ChainedTargets", "revision = down_revision = 'a'\nx = depends_on = None\n"},
    {"LocalNames",
     "revision = 'a'\ndef upgrade():\n\trevision = 'b'\n\tif revision:\n\t\tdown_revision = 1\n"
     "class A:\n  revision = 'c'\ndown_revision = None\n"},
    {"LocalNamesOnOneLine",
     "revision = 'a'\ndef f(revision='x'): revision = 'b'; down_revision = 3\nclass B: revision = 1\n"},
    {"FormFeed", "x = 1\n\frevision = 'a'\n"},
    {"FStringsBefore", "x = f'{1:{2}} {{ {\"a\"} {3!r:>10}'\nrevision = 'a'\n"},
    {"KeywordArguments", "x = dict(revision='no', down_revision=[1])\nrevision = 'a'\n"},
    {"Attributes", "import os\nos.revision = 'no'\nrevision = 'a'\ndown_revision = None\n"},
    {"FString", "x = 1\nrevision = f'{x}'\n"},
    {"Bytes", "revision = b'a'.decode()\n"},
    {"NameOfAnother", "X = 'a'\nrevision = X\n"},
    {"Sum", "revision = 'a'\ndown_revision = 'b' + str(1)\n"},
    {"Star", "x = ['a']\ndown_revision = [*x]\n"},
    {"Call", "down_revision = tuple(['a'])\n"},
    {"Conditional", "down_revision = 'a' if 1 else 'b'\n"},
    {"Indexed", "down_revision = ['a', 'b'][0]\n"},
};

INSTANTIATE_TEST_SUITE_P(Literals, ReadsLikePython, testing::ValuesIn(literals),
                         [](const auto& test) { return test.param.name; });

class CannotBeRead : public testing::TestWithParam<Case> {};

TEST_P(CannotBeRead, SoItIsNotGuessed) {
  const auto read = module_literals(GetParam().source, names);
  const auto* bindings = std::get_if<Bindings>(&read);
  if (!bindings) return;
  ASSERT_TRUE(bindings->contains("revision")) << GetParam().source;
  EXPECT_TRUE(std::holds_alternative<Unreadable>(bindings->at("revision").value)) << GetParam().source;
}

const Case dark[] = {
    {"SetInABlock", "if True:\n    revision = 'a'\n"},
    {"SetInABlockOnOneLine", "if True: revision = 'a'\n"},
    {"SetInTry", "revision = 'a'\ntry:\n  import x\nexcept ImportError:\n  revision = 'b'\n"},
    {"Augmented", "revision = 'a'\nrevision += 'b'\n"},
    {"Unpacked", "revision, down_revision = 'a', None\n"},
    {"UnpackedInBrackets", "(revision, x) = 'a', None\n"},
    {"Deleted", "revision = 'a'\ndel revision\n"},
    {"Imported", "from ids import revision\n"},
    {"ImportedAs", "import ids as revision\n"},
    {"StarImported", "revision = 'a'\nfrom ids import *\n"},
    {"Walrus", "print(revision := 'a')\n"},
    {"LoopTarget", "for revision in ['a']: pass\n"},
    {"WithTarget", "with open('x') as revision: pass\n"},
    {"Function", "def revision(): pass\n"},
    {"Global", "revision = 'a'\ndef f():\n    global revision\n    revision = 'b'\nf()\n"},
    {"Globals", "globals()['revision'] = 'a'\n"},
    {"Exec", "exec(\"revision = 'a'\")\n"},
    {"UnicodeName", "revision = '\\N{BULLET}'\n"},
    {"LoneSurrogate", "revision = '\\ud800'\n"},
    {"UnclosedString", "revision = 'a\n"},
    {"UnclosedBracket", "revision = ('a'\n"},
    {"NulByte", std::string("revision = 'a'\0\n", 16)},
    {"WrongUtf8", "revision = '\xE9'\n"},
    {"OtherCoding", "# coding: koi8-r\nrevision = 'a'\n"},
};

INSTANTIATE_TEST_SUITE_P(Dark, CannotBeRead, testing::ValuesIn(dark), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace orchestrate
