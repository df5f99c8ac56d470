// The routes of a running Outflow: /metrics, /healthz, /readyz. `run` gives them to HttpServer::start.
//
//   Exporter exporter({version(), snapshots, store});
//   auto server = HttpServer::start(options, metric_routes(exporter, snapshots));
//
// healthz: 503 only when every worker has failed for good, so that a restart helps. readyz: 503 with reasons until at
// least one worker has partitions and has caught up its recovery, no worker failed, and the brokers answer. A process
// that stands by without partitions is alive and not ready. The reasons are shown to trusted requests only.
#pragma once

#include <string>
#include <vector>

#include "connectors/http/server.h"
#include "connectors/metrics/exporter.h"

namespace outflow::connectors {

struct Health {
  bool alive = true;
  std::vector<std::string> not_ready;  // reasons; empty = ready
};

[[nodiscard]] Health assess(const std::vector<WorkerSnapshot>& workers);

// `exporter` must outlive the server.
[[nodiscard]] std::vector<HttpRoute> metric_routes(Exporter& exporter, SnapshotSource workers);

}  // namespace outflow::connectors
