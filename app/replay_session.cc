#include "app/replay_session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/version.h"
#include "connectors/siem/ocsf.h"

namespace outflow::app {
namespace {
constexpr std::int64_t kLeapMs = 7 * features::kMsPerDay;
constexpr int kLeapWitnesses = 3;
}  // namespace

features::LogTime ReplayClock::at(features::EventTime event) {
  if (!started_) {
    started_ = true;
    now_ms_ = event.ms;
  }
  if (event.ms - now_ms_ <= kLeapMs) {
    now_ms_ = std::max(now_ms_, event.ms);
    leapers_ = 0;
    return {now_ms_};
  }
  const bool agrees = leapers_ > 0 && event.ms >= leap_ms_ - kLeapMs && event.ms <= leap_ms_ + kLeapMs;
  leapers_ = agrees ? leapers_ + 1 : 1;
  leap_ms_ = event.ms;
  if (leapers_ >= kLeapWitnesses) {
    now_ms_ = event.ms;
    leapers_ = 0;
  }
  return {now_ms_};
}

ReplaySession::ReplaySession(const detector::Options& options, std::function<void(std::string_view)> emit,
                             connectors::OwnClassNames own)
    : emit_(std::move(emit)), own_(std::move(own)), partition_(options, nullptr) {}

void ReplaySession::take(const connectors::Decoded& decoded, std::string_view file, std::uint64_t line,
                         std::int32_t event_index) {
  if (!decoded.ok()) {
    ++summary_.rejected;
    ++summary_.rejects_by_reason[connectors::name_of(decoded.reject)];
    return;
  }
  ++summary_.records;
  if (origin_.file != file) origin_.file = file;
  origin_.line = line;
  outputs_.clear();
  partition_.apply(decoded.event, origin_, clock_.at(decoded.event.event_time), event_index, outputs_);
  emit_alerts();
}

void ReplaySession::finish() {
  outputs_.clear();
  partition_.finish(outputs_);
  emit_alerts();
}

void ReplaySession::emit_alerts() {
  for (const detector::Alert& alert : outputs_.alerts) {
    emit_(connectors::to_ocsf(alert, version(), own_));
    ++alerts_;
  }
}

ReplaySummary ReplaySession::summary() const {
  ReplaySummary summary = summary_;
  summary.stats = partition_.stats();
  return summary;
}

std::string describe(const ReplaySummary& summary) {
  const auto& counting = summary.stats.counting;
  std::string text = fmt::format("{} records", summary.records);
  if (counting.duplicates > 0) text += fmt::format(", {} of them duplicates", counting.duplicates);
  if (counting.late > 0) text += fmt::format(", {} too late to count", counting.late);
  text += '\n';
  if (summary.rejected > 0) {
    text += fmt::format("{} rejected:", summary.rejected);
    for (const auto& [reason, count] : summary.rejects_by_reason) text += fmt::format(" {} {}", reason, count);
    text += '\n';
  }
  text += fmt::format("{} entities; {} alerts raised, {} updated, {} anomalies below the threshold\n",
                      summary.stats.entities, summary.stats.alerts_raised, summary.stats.alerts_updated,
                      summary.stats.anomalies);
  return text;
}

}  // namespace outflow::app
