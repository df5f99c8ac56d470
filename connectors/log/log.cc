#include "connectors/log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

namespace outflow::connectors {
namespace {

std::atomic<bool> g_json{false};

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("outflow", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  return static_cast<spdlog::level::level_enum>(level);
}

std::string_view name_of(LogLevel level) {
  constexpr std::array<std::string_view, 5> kNames = {"trace", "debug", "info", "warn", "error"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string utc(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> millis{};
  std::snprintf(millis.data(), millis.size(), ".%03dZ", static_cast<int>(unix_ms % 1000));
  return std::string(text.data(), size) + millis.data();
}

std::string json_line(std::int64_t unix_ms, LogLevel level, std::string_view event, std::string_view sentence,
                      LogFields fields) {
  nlohmann::ordered_json line;
  line["ts"] = utc(unix_ms);
  line["level"] = name_of(level);
  line["event"] = event;
  line["message"] = sentence;
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[std::string(field.name)] = value; }, field.value);
  }
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_line(std::int64_t unix_ms, LogLevel level, std::string_view event, std::string_view sentence,
                      LogFields fields) {
  std::string line = utc(unix_ms);
  line.append(" ").append(name_of(level)).append(name_of(level).size() == 4 ? "  " : " ").append(event).append(": ");
  line.append(sentence);
  for (const LogField& field : fields) {
    line.append(" ").append(field.name).append("=");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      line.append(nlohmann::json(*text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
      std::visit([&](const auto& value) { line.append(nlohmann::json(value).dump()); }, field.value);
    }
  }
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';  // one event, one line
  }
  return line;
}

}  // namespace

Result<> configure_log(const std::string& level, const std::string& format) {
  const spdlog::level::level_enum parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") {
    return Error{ErrorCode::kRefuse, "unknown log level \"" + level + "\"; one of trace, debug, info, warn, error"};
  }
  if (format != "auto" && format != "text" && format != "json") {
    return Error{ErrorCode::kRefuse, "unknown log format \"" + format + "\"; one of auto, text, json"};
  }
  g_json = format == "json" || (format == "auto" && isatty(STDERR_FILENO) == 0);
  logger().set_level(parsed);
  return {};
}

void log_event(LogLevel level, std::string_view event, std::string_view sentence, LogFields fields) {
  if (!logger().should_log(spdlog_level(level))) return;
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  logger().log(spdlog_level(level),
               spdlog::string_view_t(format_log_line(g_json, now.count(), level, event, sentence, fields)));
}

std::string format_log_line(bool json, std::int64_t unix_ms, LogLevel level, std::string_view event,
                            std::string_view sentence, LogFields fields) {
  return json ? json_line(unix_ms, level, event, sentence, fields) : text_line(unix_ms, level, event, sentence, fields);
}

std::string_view redacted(std::string_view property, std::string_view value) {
  constexpr std::array<std::string_view, 6> kSecret = {"password", "secret", "key", "token", "jaas", "credential"};
  for (const std::string_view word : kSecret) {
    if (property.find(word) != std::string_view::npos) return "***";
  }
  return value;
}

}  // namespace outflow::connectors
