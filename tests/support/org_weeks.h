// Weeks of one made-up org's life, as audit events, for tests of the detector. Light: about 40,000 events for five
// weeks.
//
// People with office hours and heavy-tailed volumes, a chat integration, an hourly poller with an outage and its
// catch-up, a nightly job with a weekly full load, a month-end export. All from one seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detector/partition.h"
#include "features/audit_event.h"

namespace outflow::test {

// An audit event that owns its strings.
struct LoggedEvent {
  std::int64_t time_ms = 0;
  std::string uid;
  std::string tenant = "00D000000000001";
  std::string actor;
  std::string app_id;
  std::string app_name;
  std::string ip;
  std::string agent;
  std::string object;
  std::string job;
  std::uint64_t records = 0;
  features::Action action = features::Action::kQuery;
  features::CountSemantics semantics = features::CountSemantics::kPerEvent;
};

// Gives views of logged events; each dies at the next call.
class EventView {
 public:
  const features::AuditEvent& of(const LoggedEvent& logged);

 private:
  features::AuditEvent event_;
  std::string_view object_;
};

inline constexpr std::int64_t kOrgStartMs = 1'751'846'400'000;  // Monday, 2025-07-07T00:00:00Z

struct OrgOptions {
  std::uint64_t seed = 1;
  int days = 35;
  int people = 20;
  double report_share = 0;  // of a person's days: a report of lognormal rows, median 400, sigma 1
};

// In event-time order.
[[nodiscard]] std::vector<LoggedEvent> org_life(const OrgOptions& options);

enum class TheftShape : std::uint8_t { kOneRow, kPages, kJob };
// 1.2 M Case records through the chat integration from an address it never used, within three minutes.
[[nodiscard]] std::vector<LoggedEvent> chat_theft(std::int64_t start_ms, TheftShape shape);

// Sorted merge by time; stable.
[[nodiscard]] std::vector<LoggedEvent> merged(std::vector<LoggedEvent> a, std::vector<LoggedEvent> b);

// Runs events through a partition in the order given; returns what came out.
detector::Outputs run_through(detector::Partition& partition, const std::vector<LoggedEvent>& events);

}  // namespace outflow::test
