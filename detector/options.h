// What a user may set about detection. Finalised once, before the first record; then never changed.
#pragma once

#include <cstddef>

#include "features/counter.h"

namespace outflow::detector {

struct Options {
  features::CountingOptions counting;
  double false_alerts_per_tenant_day = 0.1;     // the alarm budget
  double tripwire_share = 0.20;                 // of an object's known rows, within a day
  std::size_t max_entities = 1'000'000;         // per partition; the longest idle go first
  std::size_t max_tenants = 100'000;            // per partition; the longest idle go first
  std::size_t max_resident_entities = 200'000;  // beyond it clean cold ones are paged out
  std::size_t min_material_records = 100;       // fewer records than this are no evidence at all
  // Within a window, before volume alone alerts; the more else is odd, the closer to min_material_records.
  std::size_t material_records_people = 5'000;  // users, addresses, whole tenants
  std::size_t material_records_integrations = 2'000;
  bool emit_anomalies = true;  // scored events below the alert threshold
};

}  // namespace outflow::detector
