// The outflow-origin header: where a forwarded or set-aside record first stood. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "detector/alert.h"

namespace outflow::connectors {

inline constexpr std::string_view kOriginHeader = "outflow-origin";

// "topic/partition/offset"; false where the text is no such thing. Topics may contain neither '/' nor control bytes.
[[nodiscard]] bool parse_origin(std::string_view text, detector::Origin& origin);
[[nodiscard]] std::string format_origin(std::string_view topic, std::int32_t partition, std::int64_t offset);

}  // namespace outflow::connectors
