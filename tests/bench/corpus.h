// Corpus: one week of a generated fleet in memory, as log lines and as decoded events that own their text.
//
// Made once per process, on first use; then read-only.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "features/audit_event.h"

namespace outflow::bench {

struct Line {
  std::string_view text;
  std::int64_t arrival_ms;
};

class Corpus {
 public:
  // Twelve orgs, one week, RTEM and ELF mixed, all as JSON: about 170,000 lines.
  static const Corpus& mixed();

  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  [[nodiscard]] std::size_t bytes() const { return text_.size(); }
  // The lines that decode, in order; `log_ms[i]` is when event i came.
  [[nodiscard]] const std::vector<features::AuditEvent>& events() const { return events_; }
  [[nodiscard]] const std::vector<std::int64_t>& log_ms() const { return log_ms_; }

 private:
  Corpus();
  void decode();
  std::string_view own(std::string_view text);
  void own_all(features::AuditEvent& event);

  std::string text_;
  std::vector<Line> lines_;
  std::deque<std::string> blocks_;
  std::deque<std::vector<std::string_view>> object_lists_;
  std::vector<features::AuditEvent> events_;
  std::vector<std::int64_t> log_ms_;
};

}  // namespace outflow::bench
