#include "features/counted_event.h"

#include <array>

namespace outflow::features {

std::string_view name_of(EntityType type) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"integration", "user", "integration_user", "ip", "tenant"};
  const auto index = static_cast<std::size_t>(type);
  return index < kNames.size() ? kNames[index] : std::string_view("unknown");
}

std::string_view name_of(Confidence confidence) noexcept {
  constexpr std::array<std::string_view, 6> kNames = {"own_app",     "request_or_job", "session",
                                                      "client_name", "actor",          "nobody"};
  const auto index = static_cast<std::size_t>(confidence);
  return index < kNames.size() ? kNames[index] : std::string_view("unknown");
}

}  // namespace outflow::features
