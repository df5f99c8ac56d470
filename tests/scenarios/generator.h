// Generator: a fleet's weeks as log records in order of arrival, and the truth about them.
//
//   same options, same bytes: on every machine, run and build
//
// One pass, one thread, one day in memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/scenarios/fleet.h"
#include "tests/scenarios/record.h"

namespace outflow::scenarios {

// Takes records in order of arrival.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void take(const Record& record) = 0;
};

// What one integration, or one person no integration speaks for, took in all: what `outflow volumes` should say.
struct EntityTruth {
  std::string tenant_id;
  bool integration = false;
  std::string entity;
  std::string name;
  std::uint64_t records = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};

struct AttackTruth {
  std::string tenant_id;
  std::string entity;  // the integration whose token was stolen
  std::string name;
  std::string client_ip;
  std::int64_t reconnaissance_ms = 0;
  std::int64_t start_ms = 0;  // of the bulk job
  std::int64_t end_ms = 0;
  std::uint64_t records = 0;  // all that was stolen
};

struct Truth {
  FleetOptions options;
  std::uint64_t records_written = 0;
  std::array<std::uint64_t, kRecordTypes> written_by_type{};
  std::vector<EntityTruth> entities;  // of those who took anything the logs tell of
  std::optional<AttackTruth> attack;
};

Truth generate(const FleetOptions& options, ElfShape elf_shape, RecordSink& sink);

[[nodiscard]] std::string to_json(const Truth& truth);

}  // namespace outflow::scenarios
