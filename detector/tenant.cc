#include "detector/tenant.h"

#include <algorithm>
#include <cmath>

#include "detector/calendar.h"

namespace outflow::detector {
namespace {

constexpr std::int64_t kLearnAgeMs = 24 * features::kMsPerHour;
constexpr std::int64_t kSilentSourceMs = 72 * features::kMsPerHour;
constexpr std::int32_t kStrangerDays = 7;
constexpr float kCohortCap = 500.0F;
constexpr float kCohortLeast = 20.0F;

}  // namespace

std::int64_t Tenant::watermark() const {
  return *std::max_element(watermark_ms.begin(), watermark_ms.end());
}

std::int32_t Tenant::learn_limit() const {
  const std::int64_t newest = watermark();
  std::int64_t slowest = newest;
  for (const std::int64_t source : watermark_ms) {
    if (source > newest - kSilentSourceMs) slowest = std::min(slowest, source);
  }
  return features::hour_of({slowest - kLearnAgeMs}).hour;
}

void Tenant::advance(const features::AuditEvent& event, features::LogTime log) {
  if (event.source == features::Source::kSalesforceSetupAudit) return;  // no volume that learning could wait for
  const std::size_t index = features::source_slot(event);
  const std::int64_t bounded = std::min(event.event_time.ms, log.ms + features::kMsPerHour);
  if (bounded > watermark_ms[index]) watermark_ms[index] = bounded;
  const std::int32_t hour = features::hour_of({bounded}).hour;
  if (first_hour == kNoHour || hour < first_hour) first_hour = hour;
}

Prior Tenant::prior_for(features::EntityType type) const {
  Prior prior = default_prior();
  const Cohort& cohort = cohorts[static_cast<std::size_t>(type)];
  if (cohort.weight >= kCohortLeast) prior.mean = cohort.mean;
  return prior;
}

void Tenant::teach_cohort(features::EntityType type, Window window, double log_volume) {
  Cohort& cohort = cohorts[static_cast<std::size_t>(type)];
  if (window == Window::k1h) cohort.weight = std::min(cohort.weight + 1, kCohortCap);
  float& mean = cohort.mean[static_cast<std::size_t>(window)];
  mean += (static_cast<float>(log_volume) - mean) / std::max(cohort.weight, 1.0F);
}

double Tenant::greet(features::EntityType type, std::int32_t hour) {
  Newcomers& seen = newcomers[static_cast<std::size_t>(type)];
  const std::int32_t day = day_of(hour);
  const std::int32_t days_known = first_hour == kNoHour ? 0 : day - day_of(first_hour);
  const double rate = (seen.days + 1.0) / (std::max(days_known, 0) + 2.0);
  if (seen.days == 0 || day != seen.last_day) {
    if (seen.days < 60'000) ++seen.days;
    seen.last_day = day;
  }
  return days_known < kStrangerDays ? 0.0 : std::max(-std::log(std::min(rate, 1.0)), 0.1);
}

}  // namespace outflow::detector
