// Every metric Outflow exports: the one list that rendering, docs/metrics.md and their test share.
//
// Names begin with outflow_, are in base units, and never carry a user, address or record id as a label.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <prometheus/metric_type.h>

namespace outflow::connectors {

struct MetricInfo {
  std::string_view name;
  prometheus::MetricType type = prometheus::MetricType::Gauge;
  std::string_view help;
  std::vector<std::string_view> labels = {};
};

[[nodiscard]] std::span<const MetricInfo> metric_catalogue();
[[nodiscard]] const MetricInfo* find_metric(std::string_view name);  // nullptr where there is none

}  // namespace outflow::connectors
