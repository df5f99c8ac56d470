// AuditMachines: the real state machines of a worker: decode a record, let the detector's partition decide, and render
// what it puts out.
//
// Belongs to one worker's thread. All machines of a worker share one decoder; in steady state a record that raises
// nothing allocates nothing.
//
// Outputs of a record:
// - alert: OCSF on the alerts topic, key = tenant, headers outflow-alert-uid, outflow-revision;
// - anomaly: one JSON object on the anomalies topic, key = tenant;
// - dead letter: the record's own bytes (or, if configured, a JSON pointer) under its own key, headers
//   outflow-reason, outflow-detail, outflow-origin ("topic/partition/offset"), outflow-content (original | pointer).
// Where the rekey stage forwarded the record, its outflow-origin header is what alerts and dead letters cite.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connectors/decode/decoder.h"
#include "connectors/kafka/worker.h"
#include "detector/alert.h"
#include "detector/options.h"

namespace outflow::connectors {

// Bumped when a decoder reads the same bytes as other events than before.
inline constexpr std::uint32_t kDecoderVersion = 1;

struct AuditSettings {
  detector::Options detection;
  DecodeOptions decode;
  std::string topic;  // the input the worker reads
  std::string tenant_header;
  bool keyed_by_users = false;  // keys come from outside, so they may be wrong
  bool dead_letter_bytes = true;
  std::size_t dead_letter_max_bytes = 900'000;  // what its topic takes; larger ones become pointers
  std::function<std::string(const detector::Alert&)> render_alert;
};

[[nodiscard]] std::unique_ptr<WorkerMachines> make_audit_machines(AuditSettings settings);

}  // namespace outflow::connectors
