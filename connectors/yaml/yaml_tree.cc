#include "connectors/yaml/yaml_tree.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "connectors/metrics/utf8.h"

namespace outflow::connectors {
namespace {

YamlPosition position(const YAML::Mark& mark) {
  return mark.is_null() ? YamlPosition{} : YamlPosition{mark.line + 1, mark.column + 1};
}

// Leaves yaml-cpp's parser in the middle of a document; caught in read_yaml.
struct Refused : std::runtime_error {
  Refused(const YAML::Mark& mark, const char* why) : std::runtime_error(why), at(position(mark)) {}
  YamlPosition at;
};

std::size_t count_nodes(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& item : node.items) count += count_nodes(item);
  return count;
}

// Builds the tree from yaml-cpp's events. Maps arrive as key, value, key, value, ...
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlDocument& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(YamlNode::Kind::kNull, mark, anchor, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    leaf(YamlNode::Kind::kScalar, mark, anchor, value);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) throw Refused(mark, "an alias refers to a value that is not complete yet");
    count(mark, count_nodes(found->second));
    YamlNode copy = found->second;
    copy.at = position(mark);
    place(std::move(copy), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(YamlNode::Kind::kSequence, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open(YamlNode::Kind::kMap, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    YAML::Mark mark;
    bool expects_key = false;
    std::string key;
    YamlPosition key_at;
  };

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with("tag:yaml.org,2002:")) {
      throw Refused(mark, "tags of one's own ('!...') have no meaning here");
    }
  }
  void count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kMaxYamlNodes) throw Refused(mark, "too many values in one file (at most 10000, aliases counted)");
  }
  void leaf(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, std::string text) {
    count(mark, 1);
    YamlNode node;
    node.kind = kind;
    node.at = position(mark);
    node.text = std::move(text);
    if (anchor != YAML::NullAnchor) anchored_[anchor] = node;
    place(std::move(node), mark);
  }
  void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(mark, 1);
    if (stack_.size() >= kMaxYamlDepth) throw Refused(mark, "nested too deeply (at most 16 levels)");
    if (!stack_.empty() && stack_.back().expects_key) throw Refused(mark, "a key must be a plain word");
    Open entry;
    entry.node.kind = kind;
    entry.node.at = position(mark);
    entry.anchor = anchor;
    entry.mark = mark;
    entry.expects_key = kind == YamlNode::Kind::kMap;
    stack_.push_back(std::move(entry));
  }
  void close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    if (done.anchor != YAML::NullAnchor) anchored_[done.anchor] = done.node;
    place(std::move(done.node), done.mark);
  }
  void place(YamlNode node, const YAML::Mark& mark) {
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.expects_key) {
      if (node.kind != YamlNode::Kind::kScalar) throw Refused(mark, "a key must be a plain word");
      parent.key = std::move(node.text);
      parent.key_at = node.at;
      parent.expects_key = false;
    } else {
      node.key = std::move(parent.key);
      node.key_at = parent.key_at;
      parent.expects_key = true;
      place_entry(parent.node, std::move(node));
    }
  }
  void place_entry(YamlNode& map, YamlNode node) {
    const auto first =
        std::find_if(map.items.begin(), map.items.end(), [&](const YamlNode& other) { return other.key == node.key; });
    if (first != map.items.end()) {
      document_.problems.push_back(
          {node.key_at, "key '" + node.key + "' is given twice; first in line " + std::to_string(first->key_at.line)});
      return;
    }
    map.items.push_back(std::move(node));
  }

  YamlDocument& document_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, YamlNode> anchored_;
  std::size_t nodes_ = 0;
};

// The document end of a second one is all this needs to see.
class Ignore final : public YAML::EventHandler {
 public:
  explicit Ignore(YamlPosition& at) : at_(at) {}
  void OnDocumentStart(const YAML::Mark& mark) override { at_ = position(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override { stop(mark); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    stop(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    stop(mark);
  }
  void OnMapEnd() override {}

 private:
  [[noreturn]] static void stop(const YAML::Mark& mark) {
    throw Refused(mark, "a file is one YAML document; a second one begins here");
  }
  YamlPosition& at_;
};

// The position of the first byte that is not UTF-8 text, or 0:0.
YamlPosition first_bad_byte(std::string_view text) {
  YamlPosition at{1, 1};
  for (; !text.empty(); ++at.column) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const bool control = byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
    if (length == 0 || control || byte == 0x7F) return at;
    if (byte == '\n') at = {at.line + 1, 0};
    text.remove_prefix(length);
  }
  return {};
}

}  // namespace

YamlDocument read_yaml(std::string_view text) {
  YamlDocument document;
  if (text.size() > kMaxYamlBytes) {
    document.problems.push_back({{}, "larger than 256 KiB: this is not a configuration"});
    return document;
  }
  if (const YamlPosition bad = first_bad_byte(text); bad.line != 0) {
    document.problems.push_back({bad, "this is not UTF-8 text"});
    return document;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(document);
    if (parser.HandleNextDocument(builder)) {
      YamlPosition second;
      Ignore ignore(second);
      if (parser.HandleNextDocument(ignore)) {
        document.problems.push_back({second, "a file is one YAML document; a second one begins here"});
      }
    }
  } catch (const Refused& refused) {
    document.problems.push_back({refused.at, refused.what()});
  } catch (const YAML::Exception& error) {
    document.problems.push_back({position(error.mark), "not valid YAML: " + error.msg});
  } catch (const std::exception&) {
    document.problems.push_back({{}, "not valid YAML"});
  }
  return document;
}

}  // namespace outflow::connectors
