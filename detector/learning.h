// Learning: closed hours of an entity enter its baseline, in order, once.
//
// An hour is closed when it is a day old by the tenant's clock (Tenant::learn_limit). An entity catches up when it is
// next touched, before the touch is added, so what is learnt depends on the inputs alone. Hours of an episode in
// which novelty or a tripwire took part are learnt, and kept, at no more than their usual upper bound: a theft
// must not teach. Samples: each active hour; the largest 6 h sum of each quarter day; the largest 24 h sum and 7 d
// sum of each day (the running maximum, because scoring looks at every ending). One thread.
#pragma once

#include "detector/entity.h"
#include "detector/tenant.h"

namespace outflow::detector {

// What a day's volumes would have scored against the baseline before it learns them is a sample of calibration.
struct Standards {
  double least_records = 0;   // a window below it is not scored
  double alert_surprise = 0;  // where alerts begin
};
void learn_closed_hours(Entity& entity, Tenant& tenant, const Standards& standards);

// An entity moved records in `hour`: notes that it woke after silence, and what it would have moved meanwhile.
// Call before the records are added.
void note_activity(Entity& entity, std::int32_t hour);

// Part of `records` in the window ending with `hour` that only makes up for a silence (at most a day's worth, spent
// once); 0 where something about the entity is new.
[[nodiscard]] double catching_up(const Entity& entity, Window window, std::int32_t hour);

}  // namespace outflow::detector
