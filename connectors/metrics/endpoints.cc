#include "connectors/metrics/endpoints.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace outflow::connectors {
namespace {

HttpResponse json_answer(int status, const nlohmann::ordered_json& body) {
  return {status, "application/json",
          body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"};
}

}  // namespace

Health assess(const std::vector<WorkerSnapshot>& workers) {
  Health health;
  const auto failed = [](const WorkerSnapshot& worker) { return !worker.failure.empty(); };
  health.alive = workers.empty() || !std::ranges::all_of(workers, failed);
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const std::string name = "worker " + std::to_string(i);
    if (failed(workers[i])) health.not_ready.push_back(name + " stopped: " + workers[i].failure);
    if (!workers[i].broker_up) health.not_ready.push_back(name + " does not reach its brokers");
  }
  if (std::ranges::none_of(workers, [](const WorkerSnapshot& worker) { return worker.assigned; })) {
    health.not_ready.emplace_back("no worker has partitions yet and has caught up");
  }
  return health;
}

std::vector<HttpRoute> metric_routes(Exporter& exporter, SnapshotSource workers) {
  std::vector<HttpRoute> routes;
  routes.push_back({"/metrics", false, [&exporter](const HttpRequest&) {
                      return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", exporter.render()};
                    }});
  routes.push_back({"/healthz", true, [workers](const HttpRequest&) {
                      const bool alive = assess(workers()).alive;
                      return json_answer(alive ? 200 : 503, {{"status", alive ? "ok" : "failed"}});
                    }});
  routes.push_back({"/readyz", true, [workers](const HttpRequest& request) {
                      const Health health = assess(workers());
                      const bool ready = health.not_ready.empty();
                      nlohmann::ordered_json body = {{"ready", ready}};
                      if (request.trusted) body["reasons"] = health.not_ready;
                      return json_answer(ready ? 200 : 503, body);
                    }});
  return routes;
}

}  // namespace outflow::connectors
