// AuditMachines: the real state machines of a worker: decode a record, let the detector's partition decide, and render
// what it puts out.
//
// Belongs to one worker's thread. All machines of a worker share one decoder; in steady state a record that raises
// nothing allocates nothing.
//
// Outputs of a record:
// - alert: OCSF on the alerts topic, key = tenant, headers outflow-alert-uid, outflow-revision;
// - anomaly: one JSON object on the anomalies topic, key = tenant;
// - dead letter, one for each event that cannot be read, up to kMostDeadLetters a record: a JSON pointer or, if
//   configured and for the first of a record, its bytes under its own key; headers outflow-reason, outflow-detail,
//   outflow-origin ("topic/partition/offset"), outflow-event-index, outflow-content (original | pointer).
// Where the rekey stage forwarded the record, its outflow-origin header is what alerts and dead letters cite, and its
// outflow-shared header says that only events of the key's tenant count here.
//
// A record whose schema is on its way waits. One whose schema could not be had in time is set aside, and that is a
// decision: replay sets it aside too, though the schema may be there by then. A record that was read waits in replay
// until its schema is there again, without limit.
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
inline constexpr std::uint32_t kDecoderVersion = 3;
inline constexpr std::int32_t kMostDeadLetters = 1'000;

struct AuditSettings {
  detector::Options detection;
  DecodeOptions decode;
  std::string topic;  // the input the worker reads
  std::string tenant_header;
  bool keyed_by_users = false;  // keys come from outside, so they may be wrong
  bool rekeyed = false;         // by the rekey stage, whose headers count
  std::string pinned_source;    // of the topic; where it is rekeyed, a header says so instead
  bool header_pins = false;     // some topics are pinned
  bool dead_letter_bytes = false;
  std::size_t dead_letter_max_bytes = 900'000;  // what its topic takes; larger ones become pointers
  std::function<std::string(const detector::Alert&)> render_alert;
};

[[nodiscard]] std::unique_ptr<WorkerMachines> make_audit_machines(AuditSettings settings);

}  // namespace outflow::connectors
