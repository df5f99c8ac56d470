// TopicReader: reads what a topic holds, from a time on to where it ends now, and leaves no trace: no group, no
// commits.
//
// Committed records only, partition after partition side by side, each in its order. One thread; memory is bounded by
// librdkafka's queue. The end is fixed when reading begins, so it ends also where producers go on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/kafka/client.h"
#include "features/event_time.h"
#include "features/result.h"

namespace outflow::connectors {

struct TopicSpan {
  std::string topic;
  std::optional<features::LogTime> from;  // records of this log time on; unset: the oldest kept
  std::optional<features::LogTime> to;    // up to, not including; unset: the end
};

struct TopicRecord {
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  features::LogTime time;
  std::string_view key, value, tenant;  // tenant: of the header asked for; empty where there is none
};

struct TopicReadSummary {
  std::uint64_t records = 0;
  std::int32_t partitions = 0;
};

// Calls `visit` for each record until it returns false. `tenant_header` names the header that `tenant` is taken from.
// kRefuse: no such topic, not allowed. kRetry: the broker cannot be reached, or was silent for too long.
Result<TopicReadSummary> read_topic(const KafkaSettings& settings, const TopicSpan& span,
                                    const std::string& tenant_header,
                                    const std::function<bool(const TopicRecord&)>& visit);

}  // namespace outflow::connectors
