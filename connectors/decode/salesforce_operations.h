// What Salesforce's names for operations mean: SOAP methods, RTEM operations, bulk operations, HTTP requests.
//
// Pure and thread-safe. A name not known here is a reading one: an unknown way of reading must not go uncounted.
#pragma once

#include <string_view>

#include "features/audit_event.h"

namespace outflow::connectors {

enum class OperationKind : std::uint8_t { kUnknown, kRead, kSearch, kDescribe, kWrite, kAuth };

// SOAP METHOD_NAME, RTEM Operation, bulk OPERATION_TYPE: "query", "QueryMore", "upsert", "describeSObjects", ...
[[nodiscard]] OperationKind operation_kind(std::string_view name) noexcept;

// A bulk job's state after which its count grows no more. No state at all is one, too: such a source has rows of what
// is done only.
[[nodiscard]] bool job_has_ended(std::string_view status) noexcept;

// Of a REST request. GET and HEAD read; the documented reading POSTs do too (queries, Bulk query jobs, reports,
// composite requests, of which nobody can tell); every other method writes.
struct RestRequest {
  features::Action action = features::Action::kQuery;
  std::string_view job_id;  // of /jobs/query/ID and /jobs/ingest/ID, not yet canonical
  std::string_view object;  // of /sobjects/NAME
  bool creates_job = false;
};
[[nodiscard]] RestRequest rest_request(std::string_view method, std::string_view uri) noexcept;

}  // namespace outflow::connectors
