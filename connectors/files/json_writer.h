// JsonWriter: flat JSON objects, appended to a string. For output of many lines; nlohmann-json is for the rest.
//
// Text is escaped as RFC 8259 asks; bytes that are no UTF-8 become U+FFFD, so every line written is valid JSON.
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace outflow::connectors {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin() {
    out_.push_back('{');
    first_ = true;
  }
  void end() { out_.push_back('}'); }

  void text(std::string_view name, std::string_view value);
  void text_or_null(std::string_view name, std::string_view value);  // null where it is empty
  void number(std::string_view name, std::int64_t value);
  void number_or_null(std::string_view name, std::optional<std::uint64_t> value);
  void texts(std::string_view name, std::span<const std::string_view> values);

 private:
  void name(std::string_view name);
  void quoted(std::string_view value);

  std::string& out_;
  bool first_ = true;
};

}  // namespace outflow::connectors
