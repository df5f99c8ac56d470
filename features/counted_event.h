// What counting makes of an audit event: who took it, and what to add where, honestly.
//
// Double-entry: every change of what an entity took is a posting with a sign. A first sight of 500 rows is one
// posting (+500). A duplicate is none. A join learnt late is two: minus at the old owner, plus at the new one, in
// the hour where the rows were first counted. Summing all postings of an owner gives what it took, always.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "features/audit_event.h"
#include "features/event_time.h"
#include "features/fingerprint.h"

namespace outflow::features {

enum class EntityType : std::uint8_t { kIntegration, kUser, kIntegrationUser, kAddress, kTenant };

// Which step of the integration join answered; later steps are weaker.
enum class Confidence : std::uint8_t { kOwnApp, kRequestOrJob, kSession, kClientName, kActor, kNobody };

enum class Freshness : std::uint8_t {
  kNew,
  kDuplicate,  // the same record was seen before; nothing is posted
  kLate,       // older than the horizon; counted as late, not as volume
};

// The entity a volume belongs to: the integration, or the actor where nothing names an integration.
// `key` is stable across runs: a fingerprint of tenant, type and canonical id (a client name is its own id).
struct Owner {
  EntityType type = EntityType::kUser;
  Fingerprint key = 0;
  std::string_view id;    // app id, else client name, else actor id
  std::string_view name;  // for people; may be empty
};

struct Posting {
  EventHour hour;  // in which the volume counts
  Owner owner;
  Owner actor;                                // the user behind it; id empty where unknown
  std::int64_t records = 0;                   // rows, with sign
  std::int64_t estimated = 0;                 // part of `records` that is an estimate, with sign (docs/counting.md)
  std::int64_t bytes = 0;                     // with sign
  std::int32_t events = 0;                    // audit events, with sign
  std::int32_t uncounted = 0;                 // of those, extractions whose count is unknown
  std::span<const std::string_view> objects;  // touched by these rows
  DataClasses classes;                        // of data, in these rows
  EventTime first, last;                      // of these events; meaningless where `events` is 0
  bool moved = false;                         // part of a move or a correction: the rows were counted elsewhere before
};

// Views and spans are valid until the counter's next call.
struct CountedEvent {
  Freshness freshness = Freshness::kNew;
  Confidence confidence = Confidence::kNobody;
  Fingerprint tenant = 0;
  Owner owner;
  Owner actor;
  // Some of the postings take back an estimate because this record, or one that it joined to it, told the truth. They
  // come as moved postings: minus the estimate (records and estimated), plus the truth, possibly in another hour and
  // of another owner; where hour, owner and objects are the same, as one posting of the difference.
  bool settles_estimate = false;
  std::span<const Posting> postings;
};

[[nodiscard]] std::string_view name_of(EntityType type) noexcept;  // integration, user, integration_user, ip, tenant
[[nodiscard]] std::string_view name_of(Confidence confidence) noexcept;

// The key of an entity: a fingerprint of its tenant, type and canonical id.
[[nodiscard]] inline Fingerprint entity_key(Fingerprint tenant, EntityType type, std::string_view id) noexcept {
  return fingerprint(id, combine(tenant, static_cast<Fingerprint>(type) + 1));
}

}  // namespace outflow::features
