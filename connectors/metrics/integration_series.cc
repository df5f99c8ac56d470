#include "connectors/metrics/integration_series.h"

#include <algorithm>
#include <tuple>

namespace outflow::connectors {
namespace {

constexpr double kOddScore = 3.0;  // p < 0.001

}  // namespace

void IntegrationSeries::take(const std::string& part, const std::vector<detector::IntegrationReading>& readings) {
  for (const detector::IntegrationReading& reading : readings) {
    Key key{label_value(reading.tenant_id), label_value(reading.integration)};
    Series& series = current_[key];
    series.growth +=
        growth_.advance(part + '\n' + reading.tenant_id + '\n' + reading.integration, reading.records_total);
    series.records += reading.records_1h;
    series.expected += reading.expected_1h;
    series.upper += reading.upper_1h;
    series.score = std::max(series.score, reading.score);
  }
}

void IntegrationSeries::render(Families& families) {
  std::vector<std::pair<const Key*, const Series*>> ranked;
  ranked.reserve(current_.size());
  for (const auto& [key, series] : current_) ranked.emplace_back(&key, &series);
  const auto rank = [](const Series& series) { return std::tuple(series.score >= kOddScore, series.records); };
  std::ranges::sort(ranked, [&](const auto& a, const auto& b) {
    const auto left = rank(*a.second);
    const auto right = rank(*b.second);
    return left != right ? left > right : *a.first < *b.first;
  });
  const std::size_t own = std::min(ranked.size(), limit_);
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const auto& [key, series] = ranked[i];
    const bool folded = i >= own || (totals_.size() >= kMaxTotals && !totals_.contains(*key));
    const LabelValues labels = folded ? LabelValues{"", "other"} : LabelValues{key->first, key->second};
    other_seen_ = other_seen_ || folded;
    (folded ? other_total_ : totals_[*key]) += series->growth;
    if (!folded) families.add("outflow_integration_taken_records_total", static_cast<double>(totals_[*key]), labels);
    families.add("outflow_integration_records", series->records, labels);
    families.add("outflow_integration_expected_records", series->expected, labels);
    families.add("outflow_integration_upper_records", series->upper, labels);
    families.set_max("outflow_integration_score", series->score, labels);
  }
  if (other_seen_) {
    families.add("outflow_integration_taken_records_total", static_cast<double>(other_total_), {"", "other"});
  }
  families.add("outflow_integrations_folded", static_cast<double>(ranked.size() - own));
  current_.clear();
}

}  // namespace outflow::connectors
