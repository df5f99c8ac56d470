// Structured logging: one event, one line, on stderr. JSON for machines, text for people.
//
// Thread-safe. An event has a fixed snake_case name, a sentence, and fields. Record contents, query literals and
// secrets never go into a field; values of properties go through redacted() first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "features/result.h"

namespace outflow::connectors {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, double v) : name(n), value(v) {}
  template <typename Integer>
    requires std::is_integral_v<Integer>
  LogField(std::string_view n, Integer v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

using LogFields = std::initializer_list<LogField>;

// `level`: trace, debug, info, warn, error. `format`: auto (text on a terminal, else json), text, json.
// Call before other threads log. Until then: info, text.
Result<> configure_log(const std::string& level, const std::string& format);

void log_event(LogLevel level, std::string_view event, std::string_view sentence, LogFields fields = {});

// The line itself, without its newline; for tests.
[[nodiscard]] std::string format_log_line(bool json, std::int64_t unix_ms, LogLevel level, std::string_view event,
                                          std::string_view sentence, LogFields fields);

// The value, or "***" where the property's name smells of a secret.
[[nodiscard]] std::string_view redacted(std::string_view property, std::string_view value);

}  // namespace outflow::connectors
