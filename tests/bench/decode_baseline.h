// What decoding is measured against: simdjson's on-demand parser, reading the same fields of the same record.
//
// One definition for all sources. The bytes are copied into a padded buffer (a Kafka payload has no padding), and each
// field that the decoder reads and the record holds is fetched as text. `by_lookup` asks for one field after another
// with find_field_unordered, as users of the library write it; `in_one_pass` iterates over every object that holds one
// and compares names. Fields the record lacks are not asked for at all, though a decoder has to find out that they are
// absent.
#pragma once

#include <simdjson.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode/mapping_path.h"

namespace outflow::bench {

using Steps = std::vector<connectors::PathStep>;

class Baseline {
 public:
  // What is read of one object or array: by name or selector, in the order of the paths.
  struct Node {
    connectors::PathStep step;
    bool read = false;  // the value itself
    std::vector<Node> inside;
  };
  struct Record {
    std::string text;
    std::vector<Node> fields;
    std::size_t size = 0;  // fields in all
  };

  // `paths` that the record does not hold are left out; `all` asks for every value in it.
  Record prepare(std::string text, std::vector<Steps> paths, bool all = false) {
    Record record;
    record.text = std::move(text);
    if (all) {
      simdjson::dom::parser parser;
      add_all(parser.parse(record.text), {}, paths);
    }
    for (const Steps& path : paths) {
      if (!read(record.text, path)) continue;
      ++record.size;
      add(record.fields, path, 0);
    }
    return record;
  }

  std::size_t by_lookup(const Record& record) {
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (!open(record.text, document, object)) return 0;
    return look_up(object, record.fields);
  }

  std::size_t in_one_pass(const Record& record) {
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (!open(record.text, document, object)) return 0;
    return pass(object, record.fields);
  }

 private:
  bool open(std::string_view text, simdjson::ondemand::document& document, simdjson::ondemand::object& object) {
    if (buffer_.size() < text.size() + simdjson::SIMDJSON_PADDING) {
      buffer_.resize(2 * (text.size() + simdjson::SIMDJSON_PADDING));
    }
    text.copy(buffer_.data(), text.size());
    return parser_.iterate(buffer_.data(), text.size(), buffer_.size()).get(document) == simdjson::SUCCESS &&
           document.get_object().get(object) == simdjson::SUCCESS;
  }

  bool read(std::string_view text, const Steps& path) {
    std::vector<Node> one;
    add(one, path, 0);
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    return open(text, document, object) && look_up(object, one) > 0;
  }

  static void add(std::vector<Node>& nodes, const Steps& path, std::size_t at) {
    const connectors::PathStep& step = path[at];
    auto found = std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) {
      return node.step.kind == step.kind && node.step.name == step.name && node.step.value == step.value &&
             node.step.index == step.index;
    });
    if (found == nodes.end()) {
      nodes.push_back({step, false, {}});
      found = nodes.end() - 1;
    }
    if (at + 1 == path.size()) {
      found->read = true;
    } else {
      add(found->inside, path, at + 1);
    }
  }

  static void add_all(simdjson::dom::element element, const Steps& path, std::vector<Steps>& paths) {
    std::uint32_t index = 0;
    if (element.is_object()) {
      const simdjson::dom::object object = element;
      for (const auto field : object) {
        Steps inner = path;
        inner.push_back({connectors::PathStep::Kind::kMember, std::string(field.key), {}, 0});
        add_all(field.value, inner, paths);
      }
    } else if (element.is_array()) {
      const simdjson::dom::array array = element;
      for (const simdjson::dom::element one : array) {
        Steps inner = path;
        inner.push_back({connectors::PathStep::Kind::kIndex, {}, {}, index++});
        add_all(one, inner, paths);
      }
    } else {
      paths.push_back(path);
    }
  }

  static std::size_t scalar(simdjson::ondemand::value& value) {
    switch (value.type().value()) {
      case simdjson::ondemand::json_type::string:
        return std::string_view(value.get_string()).size() + 1;
      case simdjson::ondemand::json_type::null:
        return 0;
      case simdjson::ondemand::json_type::array: {
        std::size_t elements = 0;
        for (auto element : value.get_array()) {
          (void)element;
          ++elements;
        }
        return elements;
      }
      case simdjson::ondemand::json_type::object:
        return 0;
      default:
        return value.raw_json_token().size();
    }
  }

  static std::size_t look_up(simdjson::ondemand::object& object, const std::vector<Node>& nodes) {
    std::size_t sum = 0;
    for (const Node& node : nodes) {
      simdjson::ondemand::value value;
      if (object.find_field_unordered(node.step.name).get(value) == simdjson::SUCCESS) sum += fetch(value, node);
    }
    return sum;
  }

  static std::size_t fetch(simdjson::ondemand::value& value, const Node& node) {
    if (node.inside.empty()) return scalar(value);
    const auto type = value.type().value();
    if (type == simdjson::ondemand::json_type::array) return elements(value, node);
    simdjson::ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return node.read ? scalar(value) : 0;
    return look_up(object, node.inside);
  }

  static std::size_t elements(simdjson::ondemand::value& value, const Node& node) {
    std::size_t sum = 0;
    std::uint32_t index = 0;
    for (auto element : value.get_array()) {
      simdjson::ondemand::value inner = element.value();
      const bool is_object = inner.type().value() == simdjson::ondemand::json_type::object;
      for (const Node& selector : node.inside) {
        const connectors::PathStep& step = selector.step;
        if (step.kind == connectors::PathStep::Kind::kIndex && step.index != index) continue;
        if (step.kind == connectors::PathStep::Kind::kWhere && (!is_object || !is(inner, step))) continue;
        sum += fetch(inner, selector);
        if (!is_object) break;
      }
      ++index;
    }
    return sum;
  }

  static bool is(simdjson::ondemand::value& element, const connectors::PathStep& step) {
    std::string_view text;
    return element.find_field_unordered(step.name).get_string().get(text) == simdjson::SUCCESS && text == step.value;
  }

  static std::size_t pass(simdjson::ondemand::object& object, const std::vector<Node>& nodes) {
    std::size_t sum = 0;
    for (auto field : object) {
      const std::string_view name = field.unescaped_key();
      const auto node =
          std::find_if(nodes.begin(), nodes.end(), [&](const Node& one) { return one.step.name == name; });
      if (node == nodes.end()) continue;
      simdjson::ondemand::value value = field.value();
      simdjson::ondemand::object inner;
      const bool is_object = !node->inside.empty() && value.type().value() == simdjson::ondemand::json_type::object &&
                             value.get_object().get(inner) == simdjson::SUCCESS;
      sum += is_object ? pass(inner, node->inside) : fetch(value, *node);
    }
    return sum;
  }

  simdjson::ondemand::parser parser_;
  std::string buffer_;
};

}  // namespace outflow::bench
