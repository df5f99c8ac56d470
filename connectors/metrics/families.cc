#include "connectors/metrics/families.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "connectors/metrics/catalogue.h"
#include "connectors/metrics/utf8.h"

namespace outflow::connectors {
namespace {

prometheus::ClientMetric::Histogram render(const LatencyHistogram& histogram) {
  prometheus::ClientMetric::Histogram rendered;
  double bound = 1e-6;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i, bound *= 2) {
    cumulative += histogram.counts[i];
    const bool last = i + 1 == LatencyHistogram::kBuckets;
    rendered.bucket.push_back({cumulative, last ? std::numeric_limits<double>::infinity() : bound});
  }
  rendered.sample_count = cumulative;
  rendered.sample_sum = histogram.sum_seconds;
  return rendered;
}

}  // namespace

std::string label_value(std::string_view text) {
  std::string value;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    std::string_view character = length == 0 ? kReplacementCharacter : text.substr(0, length);
    if (length == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F)) character = " ";
    if (value.size() + character.size() > kMaxLabelBytes) break;
    value += character;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return value;
}

double* Families::slot(std::string_view name, const LabelValues& labels, double initial) {
  const MetricInfo* info = find_metric(name);
  assert(info != nullptr && info->labels.size() == labels.size());
  if (info == nullptr || info->labels.size() != labels.size()) return nullptr;
  auto& series = values_[std::string(name)];
  LabelValues clean;
  clean.reserve(labels.size());
  for (const std::string& label : labels) clean.push_back(label_value(label));
  if (series.size() >= kMaxSeriesPerMetric && !series.contains(clean)) return nullptr;
  return &series.try_emplace(std::move(clean), initial).first->second;
}

void Families::add(std::string_view name, double value, const LabelValues& labels) {
  if (double* sum = slot(name, labels, 0.0)) *sum += value;
}

void Families::set_max(std::string_view name, double value, const LabelValues& labels) {
  if (double* kept = slot(name, labels, value)) *kept = std::max(*kept, value);
}

void Families::add(std::string_view name, const LatencyHistogram& histogram) {
  assert(find_metric(name) != nullptr);
  LatencyHistogram& sum = histograms_[std::string(name)];
  for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i) sum.counts[i] += histogram.counts[i];
  sum.sum_seconds += histogram.sum_seconds;
}

std::vector<prometheus::MetricFamily> Families::take() const {
  std::vector<prometheus::MetricFamily> families;
  for (const MetricInfo& info : metric_catalogue()) {
    prometheus::MetricFamily family{std::string(info.name), std::string(info.help), info.type, {}};
    if (const auto histogram = histograms_.find(info.name); histogram != histograms_.end()) {
      family.metric.emplace_back().histogram = render(histogram->second);
    }
    if (const auto series = values_.find(info.name); series != values_.end()) {
      for (const auto& [labels, value] : series->second) {
        prometheus::ClientMetric& metric = family.metric.emplace_back();
        for (std::size_t i = 0; i < labels.size(); ++i) {
          metric.label.push_back({std::string(info.labels[i]), labels[i]});
        }
        (info.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
      }
    }
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
  return families;
}

}  // namespace outflow::connectors
