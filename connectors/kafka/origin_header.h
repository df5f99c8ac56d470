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

// The source that the record's topic is pinned to. Written by the rekey stage.
inline constexpr std::string_view kSourceHeader = "outflow-source";
// Of a record whose events are of several tenants, and which therefore goes to each of them: the tenant of those events
// that name none. Such a copy counts only for the tenant that is its key.
inline constexpr std::string_view kSharedHeader = "outflow-shared";
// Of all copies but the first: what is wrong with the record is told with that.
inline constexpr std::string_view kCopyHeader = "outflow-copy";

// "topic/partition/offset"; false where the text is no such thing. Topics may contain neither '/' nor control bytes.
[[nodiscard]] bool parse_origin(std::string_view text, detector::Origin& origin);
// Milliseconds; false where the text is no such thing.
[[nodiscard]] bool parse_origin_time(std::string_view text, std::int64_t& ms);
[[nodiscard]] std::string format_origin(std::string_view topic, std::int32_t partition, std::int64_t offset);

}  // namespace outflow::connectors
