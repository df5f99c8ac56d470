// The outflow-origin header: where a forwarded or set-aside record first stood. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "detector/alert.h"

namespace outflow::connectors {

inline constexpr std::string_view kOriginHeader = "outflow-origin";
// The Kafka timestamp the record had there, in ms, where the forwarded one differs.
inline constexpr std::string_view kOriginTimeHeader = "outflow-origin-time";

// "topic/partition/offset"; false where the text is no such thing. Topics may contain neither '/' nor control bytes.
[[nodiscard]] bool parse_origin(std::string_view text, detector::Origin& origin);
// Milliseconds; false where the text is no such thing.
[[nodiscard]] bool parse_origin_time(std::string_view text, std::int64_t& ms);
[[nodiscard]] std::string format_origin(std::string_view topic, std::int32_t partition, std::int64_t offset);

}  // namespace outflow::connectors
