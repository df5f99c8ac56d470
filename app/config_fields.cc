// One key's value: from its YAML node into its field, checked against the key's kind, bounds and choices.
#include <algorithm>
#include <optional>

#include "app/config_draft.h"
#include "app/config_values.h"

namespace outflow::app {
namespace {

constexpr std::size_t kMaxTextBytes = 8U << 10;
constexpr std::size_t kMaxListItems = 256;

std::string quoted_path(const ConfigKey& key) {
  return std::string(key.path) + ": ";
}

// The scalar's text, expanded; nullopt where that failed (and was noted).
std::optional<std::string> expanded(ConfigDraft& draft, const ConfigKey& key, const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) {
    draft.refuse(node.at, quoted_path(key) + "expected a single value");
    return std::nullopt;
  }
  Result<std::string> text = expand_variables(node.text, *draft.environment);
  if (!text) {
    draft.refuse(node.at, quoted_path(key) + text.error().message);
    return std::nullopt;
  }
  if (text->size() > kMaxTextBytes) {
    draft.refuse(node.at, quoted_path(key) + "longer than 8 KiB");
    return std::nullopt;
  }
  return std::move(*text);
}

// What a message may repeat of the value: only what the file itself shows, and no secret.
std::string given(const ConfigKey& key, const YamlNode& node) {
  if (key.kind == ValueKind::kSecret || node.text.empty()) return {};
  const bool shortened = node.text.size() > 40;
  return ", got '" + (shortened ? node.text.substr(0, 40) + "..." : node.text) + "'";
}

std::string show_bound(const ConfigKey& key, double bound) {
  const auto whole = static_cast<std::int64_t>(bound);
  switch (key.kind) {
    case ValueKind::kMilliseconds:
      return show_duration(whole, 1);
    case ValueKind::kHours:
      return show_duration(whole, 3'600'000);
    case ValueKind::kBytes:
      return show_size(whole);
    case ValueKind::kNumber:
      return show_number(bound);
    default:
      return std::to_string(whole);
  }
}

Result<std::int64_t> parse_whole(const ConfigKey& key, std::string_view text) {
  switch (key.kind) {
    case ValueKind::kMilliseconds:
      return parse_duration(text, 1);
    case ValueKind::kHours:
      return parse_duration(text, 3'600'000);
    case ValueKind::kBytes:
      return parse_size(text);
    default:
      return parse_integer(text);
  }
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

struct Assign {
  ConfigDraft& draft;
  const ConfigKey& key;
  const YamlNode& node;

  void refuse(const std::string& why) const { draft.refuse(node.at, quoted_path(key) + why); }

  template <typename T>
  bool in_bounds(T value) const {
    const auto number = static_cast<double>(value);
    if (number >= key.minimum && number <= key.maximum) return true;
    refuse("must be from " + show_bound(key, key.minimum) + " to " + show_bound(key, key.maximum) + given(key, node));
    return false;
  }
  template <typename T>
  void assign_whole(T& field) const {
    const std::optional<std::string> text = expanded(draft, key, node);
    if (!text) return;
    const Result<std::int64_t> value = parse_whole(key, *text);
    if (!value) return refuse(value.error().message + given(key, node));
    if (in_bounds(*value)) field = static_cast<T>(*value);
  }

  void operator()(FieldOf<int> field) const { assign_whole(field(draft.config)); }
  void operator()(FieldOf<std::int64_t> field) const { assign_whole(field(draft.config)); }
  void operator()(FieldOf<std::uint64_t> field) const { assign_whole(field(draft.config)); }
  void operator()(FieldOf<double> field) const {
    const std::optional<std::string> text = expanded(draft, key, node);
    if (!text) return;
    const Result<double> value = parse_number(*text);
    if (!value) return refuse(value.error().message + given(key, node));
    if (in_bounds(*value)) field(draft.config) = *value;
  }
  void operator()(FieldOf<bool> field) const {
    const std::optional<std::string> text = expanded(draft, key, node);
    if (!text) return;
    const Result<bool> value = parse_boolean(*text);
    if (!value) return refuse(value.error().message + given(key, node));
    field(draft.config) = *value;
  }
  void operator()(FieldOf<std::string> field) const {
    // Lists are as good as commas where commas are meant (kafka.brokers).
    if (key.path == "kafka.brokers" && node.kind == YamlNode::Kind::kSequence) {
      std::string joined;
      for (const std::string& item : list()) joined += (joined.empty() ? "" : ",") + item;
      field(draft.config) = joined;
      return;
    }
    std::optional<std::string> text = expanded(draft, key, node);
    if (!text) return;
    if (has_control_character(*text)) return refuse("control characters have no meaning here");
    if (!key.choices.empty() && std::ranges::find(key.choices, *text) == key.choices.end()) {
      std::string choices;
      for (const std::string_view choice : key.choices) choices.append(choices.empty() ? "" : ", ").append(choice);
      return refuse("expected one of " + choices + given(key, node));
    }
    field(draft.config) = std::move(*text);
  }
  void operator()(FieldOf<std::vector<std::string>> field) const { field(draft.config) = list(); }
  void operator()(FieldOf<std::map<std::string, std::string>> field) const {
    if (key.kind == ValueKind::kProperties) return assign_properties(draft, node);
    if (node.kind != YamlNode::Kind::kMap) return refuse("expected 'name: value' lines, indented");
    if (node.items.size() > kMaxListItems) return refuse("more than 256 items");
    for (const YamlNode& item : node.items) {
      const std::optional<std::string> text = expanded(draft, key, item);
      if (!text) continue;
      if (has_control_character(*text)) return refuse("control characters have no meaning here");
      draft.where.emplace(std::string(key.path) + "." + item.key, item.key_at);
      field(draft.config).emplace(item.key, *text);
    }
  }

  [[nodiscard]] std::vector<std::string> list() const {
    std::vector<std::string> items;
    if (node.kind == YamlNode::Kind::kSequence) {
      for (const YamlNode& item : node.items) append(item, items);
    } else {
      append(node, items);
    }
    if (items.size() > kMaxListItems) refuse("more than 256 items");
    return items;
  }
  void append(const YamlNode& item, std::vector<std::string>& items) const {
    const std::optional<std::string> text = expanded(draft, key, item);
    if (!text) return;
    std::size_t begin = 0;
    while (begin <= text->size()) {
      const std::size_t end = std::min(text->find(',', begin), text->size());
      std::string part = text->substr(begin, end - begin);
      part.erase(0, part.find_first_not_of(" \t"));
      part.erase(part.find_last_not_of(" \t") + 1);
      if (has_control_character(part)) refuse("control characters have no meaning here");
      if (part.empty() && !text->empty()) refuse("an empty item in a list");
      if (!part.empty()) items.push_back(std::move(part));
      begin = end + 1;
    }
  }
};

}  // namespace

void assign_key(ConfigDraft& draft, const ConfigKey& key, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kNull) return;  // "key:" leaves the default
  draft.where.emplace(key.path, node.at);
  std::visit(Assign{draft, key, node}, key.field);
}

}  // namespace outflow::app
