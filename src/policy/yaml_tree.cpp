#include "policy/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "orchestrate/source_text.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t deepest = 32;
constexpr std::size_t most_entries = 1000;  // of one mapping or sequence

/// Ends the reading where going on would only mislead.
struct Stopped {
  Position position;
  std::string why;
};

/// Builds the tree from yaml-cpp's events: its own Node forgets duplicates, anchors and quotes.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text), places_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) report(place(mark), "a policy is one document; nothing may follow it");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add({.position = place(mark)});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report(place(mark), "aliases are not allowed; write the value out");
    add({.position = place(mark)});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    // yaml-cpp: "?" is the tag of a plain scalar without one, "!" of any other.
    if (tag == "!") refuse_open_quote(mark);
    const auto kind = tag == "!" ? YamlNode::Kind::quoted : YamlNode::Kind::plain;
    add({.kind = kind, .text = value, .position = place(mark)});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::mapping);
  }
  void OnMapEnd() override { close(); }

  void report(Position position, std::string message) { problems_.push_back({position, std::move(message)}); }
  Position place(const YAML::Mark& mark) { return places_.at(offset_of(mark)); }
  YamlTree take() { return {std::move(root_), std::move(problems_)}; }

 private:
  struct Frame {
    YamlNode node;
    std::optional<YamlMember> member;  // whose value comes next
  };

  std::size_t offset_of(const YAML::Mark& mark) const {
    return mark.is_null() ? 0 : std::min(static_cast<std::size_t>(mark.pos), text_.size());
  }

  /// yaml-cpp takes the rest of the file for the text.
  void refuse_open_quote(const YAML::Mark& mark) {
    std::size_t at = offset_of(mark);
    const char quote = at < text_.size() ? text_[at] : '\0';
    if (quote != '\'' && quote != '"') return;
    const std::string_view escape = quote == '"' ? "\\" : "''";  // followed by, or itself, what does not close
    for (++at; at < text_.size(); ++at) {
      const bool escaped = text_.substr(at, escape.size()) == escape;
      if (!escaped && text_[at] == quote) break;
      if (escaped) ++at;
    }
    if (at >= text_.size()) throw Stopped{place(mark), "the quote is never closed"};
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      report(place(mark), "anchors are not allowed; write the value out where it is needed");
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      report(place(mark), "tags are not allowed; the key alone says of which type its value is");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (frames_.size() >= deepest)
      throw Stopped{place(mark), "nested deeper than " + std::to_string(deepest) + " levels"};
    frames_.push_back({.node = {.kind = kind, .position = place(mark)}, .member = {}});
  }

  void close() {
    YamlNode node = std::move(frames_.back().node);
    frames_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (frames_.empty()) {
      if (!root_) root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.items.size() + frame.node.members.size() >= most_entries)
      throw Stopped{node.position, "more than " + std::to_string(most_entries) + " entries"};
    if (frame.node.kind == YamlNode::Kind::sequence) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.member) {
      frame.member = YamlMember{key_text(node), node.position, {}};
    } else {
      frame.member->value = std::move(node);
      keep_member(frame);
    }
  }

  std::string key_text(const YamlNode& node) {
    if (node.is_scalar() && !node.text.empty()) return node.text;
    report(node.position, "a key must be a text");
    return {};
  }

  void keep_member(Frame& frame) {
    YamlMember member = *std::exchange(frame.member, std::nullopt);
    if (member.key.empty()) return;
    const auto& members = frame.node.members;
    const auto first = std::ranges::find(members, member.key, &YamlMember::key);
    if (member.key == "<<")
      report(member.position, "merge keys are not allowed; write the values out");
    else if (first != members.end())
      report(member.position,
             "duplicate key '" + member.key + "'; it is already in line " + std::to_string(first->position.line));
    else
      frame.node.members.push_back(std::move(member));
  }

  std::string_view text_;
  Places places_;
  std::vector<Frame> frames_;
  std::optional<YamlNode> root_;
  std::vector<Problem> problems_;
  int documents_ = 0;
};

struct Advice {
  std::string_view said, advice;
};

// What people do when yaml-cpp says so.
constexpr std::array<Advice, 8> advices = {{
    {"end of map not found", "the indentation does not fit the lines above, or a ':' is missing"},
    {"end of sequence not found", "the indentation does not fit the lines above, or a '-' is missing"},
    {"end of map flow not found", "a '}' or a ',' is missing"},
    {"end of sequence flow not found", "a ']' or a ',' is missing"},
    {"illegal map value", "put a text that holds ': ' in quotes, and check the indentation"},
    {"illegal tab when looking for indentation", "indent with spaces"},
    {"illegal EOF in scalar", "a closing quote is missing"},
    {"unknown token", "put a text that starts with @, ` or % in quotes"},
}};

std::string syntax_message(const std::string& said) {
  const auto found = std::ranges::find(advices, said, &Advice::said);
  return "not valid YAML: " + said + (found == advices.end() ? "" : "; " + std::string(found->advice));
}

}  // namespace

YamlTree parse_yaml(const std::string& text) {
  TreeBuilder builder(text);
  std::istringstream stream(text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    builder.report(builder.place(error.mark), syntax_message(error.msg));
    return {std::nullopt, builder.take().problems};
  } catch (const Stopped& stopped) {
    builder.report(stopped.position, stopped.why);
    return {std::nullopt, builder.take().problems};
  }
  return builder.take();
}

}  // namespace orchestrate
