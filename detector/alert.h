// An alert as the detector makes it: format-free, complete, explained. connectors/siem renders it.
//
// Owns all its strings. One episode of one entity is one alert: `uid` stays, `revision` grows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "features/counted_event.h"
#include "features/event_time.h"

namespace outflow::detector {

enum class Severity : std::uint8_t { kLow = 2, kMedium = 3, kHigh = 4, kCritical = 5 };  // OCSF severity_id

// Where a record came from: a Kafka position, or a file and a line counted from 1.
struct Origin {
  std::string topic;
  std::int32_t partition = -1;
  std::int64_t offset = -1;
  std::string file;
  std::uint64_t line = 0;
};

// One reason, with its own p-value (chance of something at least as odd in this entity's normal life).
struct Evidence {
  std::string kind;      // volume, novelty, tripwire, ...: docs/detection.md lists them
  std::string window;    // "1h", "6h", "24h", "7d", or empty
  std::string sentence;  // plain, with numbers
  double p_value = 1.0;
  double share = 0.0;  // of the whole surprise, 0 to 1
  std::optional<double> observed;
  std::optional<double> expected;  // median of the entity's normal
  std::optional<double> upper;     // 99th percentile of the entity's normal
};

// What the alert said before, where a revision says otherwise: the true count came, or the true owner.
struct Correction {
  std::uint64_t records = 0;
  bool estimated = false;
  std::string entity;  // whose the records were held to be; empty: the same
};

struct Alert {
  std::string uid;  // deterministic: of tenant, entity and the episode's first record
  std::uint32_t revision = 1;
  Severity severity = Severity::kLow;
  int risk_score = 0;  // 0 to 100
  std::string title;
  std::string sentence;  // why, in one plain sentence with numbers

  std::string tenant_id;
  features::EntityType entity_type = features::EntityType::kIntegration;  // never kIntegrationUser: its integration
  std::string entity_id;
  std::string entity_name;
  std::string actor_id;
  std::string actor_name;
  std::string app_id;  // the firing record's, after joins
  std::string app_name;
  std::string client_ip;
  std::string user_agent;
  std::vector<std::string> objects;
  std::vector<std::string> attack_techniques;  // ATT&CK ids, e.g. "T1567"

  features::LogTime raised;          // log time of the firing record
  features::EventTime window_start;  // event time
  features::EventTime window_end;    // event time of the firing record
  features::EventTime first_seen;    // of the episode

  std::string window;  // the window that weighs most: "1h", ...
  std::uint64_t records = 0;
  std::optional<std::uint64_t> bytes;
  double expected = 0;                   // records, median of that window
  double upper = 0;                      // records, 99th percentile
  double p_value = 1.0;                  // combined
  bool estimated = false;                // part of `records` is an estimate
  std::uint64_t records_estimated = 0;   // that part
  features::DataClasses classes;         // of data touched in the episode; connectors/siem names them
  std::optional<Correction> correction;  // this revision corrects what was said before
  std::string baseline_maturity;         // cold, learning, mature
  std::string incident;                  // uid shared by alerts of one tenant that belong together
  std::vector<Evidence> evidence;

  std::string record_uid;  // of the firing record
  Origin origin;           // of the firing record
};

}  // namespace outflow::detector
