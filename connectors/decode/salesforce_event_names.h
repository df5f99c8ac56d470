// What a Real-Time Event Monitoring record is called, however its envelope says it.
//
// "/event/ApiEventStream", "ApiEventStream", "ApiEvent" and "BulkApiResultEventStore" become canonical names
// without Stream and Store. Pure and thread-safe.
#pragma once

#include <string_view>

#include "connectors/decode/fields.h"

namespace outflow::connectors {

// The last part of a channel's path, without Stream or Store.
[[nodiscard]] std::string_view canonical_event_name(std::string_view name) noexcept;

// True for names of events, not of the Connect schemas and record types that stand in the same places.
[[nodiscard]] bool is_event_name(std::string_view canonical) noexcept;

// The type that only the names of the fields betray; empty where they betray none.
[[nodiscard]] std::string_view event_name_by_fields(const Fields& fields) noexcept;

}  // namespace outflow::connectors
