// Who may read: the bearer token and the Host header. Pure functions. Internal to http/.
#pragma once

#include <string_view>

namespace outflow::connectors {

// True where `header` is "Bearer <token>"; takes the same time wherever they differ, whatever their lengths.
[[nodiscard]] bool token_matches(std::string_view header, std::string_view token);

// True for the names by which only this machine is reached: localhost, 127.0.0.0/8, [::1], each with any port.
[[nodiscard]] bool names_this_machine(std::string_view host);

}  // namespace outflow::connectors
