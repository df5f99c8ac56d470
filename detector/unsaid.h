// Unsaid: what an episode took, or turned out to have taken, since its alert last spoke, and the record that says so.
//
// A burst's alert is updated when its volume doubles, so the last said falls short of the whole. Once the tenant's
// clock (event time) has gone on for a while without more of it, the next record of the tenant, whosever it is, settles
// the final volume in one more update, which cites the record kept here. Corrections (an estimate replaced by the true
// count, rows that are another entity's) often come in many rows: they wait for the same quiet, so that one update
// tells them all, unless the record in hand is certain to be the last. Kept with the tenant, at most kMostUnsaid,
// growth goes before corrections; texts are cut at kMostUnsaidText bytes. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "detector/alert.h"
#include "detector/episode.h"
#include "features/counted_event.h"

namespace outflow::detector {

inline constexpr std::size_t kMostUnsaid = 16;  // a tenant; the one quiet longest goes first
inline constexpr std::size_t kMostUnsaidText = 256;

struct Unsaid {
  features::Fingerprint entity = 0;
  std::int64_t clock_ms = 0;  // the tenant's clock when the volume last grew
  std::int32_t hour = kNoHour;

  // A correction.
  bool restates = false;
  features::Fingerprint episode = 0;  // uid; the entity may have another one by the time it is told
  features::Fingerprint from = 0;     // the episode was this entity's
  features::Fingerprint to = 0;       // its rows go there, but most are still here, or an alert of its own is there
  std::int64_t moved = 0;             // rows that went there
  std::string other;                  // for people: the entity of `from` or `to`

  // The record, as far as its alert needs it.
  std::int64_t event_ms = 0;
  std::int64_t log_ms = 0;
  features::Action action{};
  features::EntityType owner_type{};
  features::Fingerprint actor = 0;
  std::string owner_id;
  std::string owner_name;
  std::string actor_id;
  std::string actor_name;
  std::string event_uid;
  std::string event_type;
  std::string client_ip;
  std::string user_agent;
  std::string object;
  Origin origin;
};

}  // namespace outflow::detector
