#include "app/config_tree.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "connectors/metrics/utf8.h"

namespace outflow::app {
namespace {

void write_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = connectors::utf8_length(text);
    const char first = text.front();
    if (length == 0) {
      out += connectors::kReplacementCharacter;
    } else if (first == '"' || first == '\\') {
      out += '\\';
      out += first;
    } else if (first == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(first) < 0x20) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(first));
      out += escaped.data();
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void new_line(std::string& out, int indent, int depth) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(depth), ' ');
}

}  // namespace

ConfigTree ConfigTree::list(std::vector<ConfigTree> values) {
  ConfigTree tree(Kind::kList);
  for (ConfigTree& value : values) tree.append(std::move(value));
  return tree;
}

ConfigTree ConfigTree::map(std::vector<std::pair<std::string, ConfigTree>> entries) {
  ConfigTree tree(Kind::kMap);
  tree.items_ = std::move(entries);
  return tree;
}

ConfigTree& ConfigTree::set(std::string key, ConfigTree value) {
  const auto found = std::ranges::find(items_, key, &std::pair<std::string, ConfigTree>::first);
  if (found != items_.end()) {
    found->second = std::move(value);
  } else {
    items_.emplace_back(std::move(key), std::move(value));
  }
  return *this;
}

ConfigTree& ConfigTree::append(ConfigTree value) {
  items_.emplace_back(std::string(), std::move(value));
  return *this;
}

ConfigTree& ConfigTree::child(std::string_view key) {
  const auto found = std::ranges::find(items_, key, &std::pair<std::string, ConfigTree>::first);
  if (found != items_.end()) return found->second;
  return items_.emplace_back(std::string(key), map()).second;
}

std::string ConfigTree::json(int indent) const {
  std::string out;
  write(out, indent, 0);
  return out;
}

void ConfigTree::write(std::string& out, int indent, int depth) const {
  if (kind_ == Kind::kText) return write_text(out, value_);
  if (kind_ == Kind::kLiteral) return void(out += value_);
  const bool is_map = kind_ == Kind::kMap;
  out += is_map ? '{' : '[';
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (i > 0) out += ',';
    new_line(out, indent, depth + 1);
    if (is_map) {
      write_text(out, items_[i].first);
      out += indent < 0 ? ":" : ": ";
    }
    items_[i].second.write(out, indent, depth + 1);
  }
  if (!items_.empty()) new_line(out, indent, depth);
  out += is_map ? '}' : ']';
}

}  // namespace outflow::app
