#include "app/config_expand.h"

#include <cstdlib>

namespace outflow::app {
namespace {

constexpr std::size_t kMaxExpandedBytes = 64U << 10;

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 256 || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
         std::string_view::npos;
}

Error refuse(std::string message) {
  return Error{ErrorCode::kRefuse, std::move(message)};
}

// `inner` is what stands between ${ and }.
Result<std::string> expand_one(std::string_view inner, const Environment& environment) {
  const std::size_t colon = inner.find(':');
  const std::string name(inner.substr(0, colon));
  if (!is_name(name))
    return refuse("'${' must be followed by a variable's name and '}' (a literal '${' is written '$${')");
  const std::optional<std::string> value = environment(name);
  if (colon == std::string_view::npos) {
    if (!value) return refuse("environment variable " + name + " is not set (${" + name + ":-text} gives a default)");
    return *value;
  }
  const std::string_view rest = inner.substr(colon + 1);
  const bool missing = !value || value->empty();
  if (rest.starts_with('-')) return missing ? std::string(rest.substr(1)) : *value;
  if (rest.starts_with('?')) {
    if (!missing) return *value;
    return refuse("environment variable " + name + " is not set" +
                  (rest.size() > 1 ? ": " + std::string(rest.substr(1)) : std::string()));
  }
  return refuse("after '${" + name + ":' comes '-' and a default, or '?' and a message");
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing sets variables here
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<std::string> expand_variables(std::string_view text, const Environment& environment) {
  std::string expanded;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("$${")) {
      expanded += "${";
      i += 3;
    } else if (text.substr(i).starts_with("${")) {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) return refuse("'${' without its '}' (a literal '${' is written '$${')");
      Result<std::string> value = expand_one(text.substr(i + 2, end - i - 2), environment);
      if (!value) return value.error();
      expanded += *value;
      i = end + 1;
    } else {
      expanded += text[i++];
    }
    if (expanded.size() > kMaxExpandedBytes) return refuse("longer than 64 KiB once its variables are expanded");
  }
  return expanded;
}

std::string escape_variables(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) escaped += '$';
    escaped += text[i];
  }
  return escaped;
}

}  // namespace outflow::app
