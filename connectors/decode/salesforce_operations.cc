#include "connectors/decode/salesforce_operations.h"

#include <algorithm>
#include <array>

#include "connectors/decode/source_record.h"

namespace outflow::connectors {
namespace {

using features::Action;

constexpr std::array<std::string_view, 11> kWritePrefixes = {
    "create", "update", "upsert", "insert", "delete", "undelete", "merge", "hard", "convert", "emptyrec", "process"};
constexpr std::array<std::string_view, 4> kAuthNames = {"login", "logout", "invalidatesessions", "setpassword"};

// POST /composite/sobjects/NAME reads many records of one object; POST /composite/sobjects creates them.
bool is_collection_read(std::string_view uri) noexcept {
  const std::string_view object = path_segment_after(uri, "/composite/sobjects/");
  if (object.empty()) return false;
  const std::size_t end = uri.find(object, uri.find("/composite/sobjects/")) + object.size();
  return end == uri.size() || uri[end] == '?';
}

bool is_reading_post(std::string_view uri) noexcept {
  if (uri.find("/composite/tree") != std::string_view::npos) return false;
  if (uri.find("/composite/sobjects") != std::string_view::npos) return is_collection_read(uri);
  for (const std::string_view part :
       {"/query", "/search", "/parameterizedSearch", "/graphql", "/analytics/reports", "/composite"}) {
    if (uri.find(part) != std::string_view::npos) return true;
  }
  return false;
}

// Which of the parts that tell requests apart a path may have. Nearly all have none: one pass says so.
struct Parts {
  bool jobs = false;
  bool sobjects = false;
};
Parts parts_of(std::string_view uri) noexcept {
  Parts parts;
  for (std::size_t at = 0; at + 2 < uri.size(); ++at) {
    if (uri[at] != '/' || uri[at + 2] != 'o') continue;
    parts.jobs = parts.jobs || uri[at + 1] == 'j';
    parts.sobjects = parts.sobjects || uri[at + 1] == 's';
  }
  return parts;
}

}  // namespace

OperationKind operation_kind(std::string_view name) noexcept {
  if (name.empty()) return OperationKind::kUnknown;
  if (starts_folded(name, "query") || starts_folded(name, "retrieve") || starts_folded(name, "getupdated") ||
      starts_folded(name, "getdeleted")) {
    return OperationKind::kRead;
  }
  if (starts_folded(name, "search")) return OperationKind::kSearch;
  if (starts_folded(name, "describe") || starts_folded(name, "getuserinfo") ||
      starts_folded(name, "getservertimestamp")) {
    return OperationKind::kDescribe;
  }
  for (const std::string_view prefix : kWritePrefixes) {
    if (starts_folded(name, prefix)) return OperationKind::kWrite;
  }
  for (const std::string_view auth : kAuthNames) {
    if (starts_folded(name, auth)) return OperationKind::kAuth;
  }
  return OperationKind::kUnknown;
}

RestRequest rest_request(std::string_view method, std::string_view uri) noexcept {
  RestRequest request;
  const bool reads = method.empty() || equals_folded(method, "get") || equals_folded(method, "head");
  const bool posts = equals_folded(method, "post");
  const Parts parts = parts_of(uri);
  if (parts.sobjects) request.object = path_segment_after(uri, "/sobjects/");
  if (parts.jobs && uri.find("/jobs/query") != std::string_view::npos) {
    request.job_id = path_segment_after(uri, "/jobs/query/");
    const bool results = reads && uri.find("/results") != std::string_view::npos;
    request.action = results ? Action::kBulkResult : Action::kBulkJob;
    request.creates_job = posts;
    return request;
  }
  if (parts.jobs && uri.find("/jobs/ingest") != std::string_view::npos) {
    request.job_id = path_segment_after(uri, "/jobs/ingest/");
    request.action = reads ? Action::kBulkJob : Action::kWrite;
    return request;
  }
  request.action = reads || (posts && is_reading_post(uri)) ? Action::kQuery : Action::kWrite;
  return request;
}

bool job_has_ended(std::string_view status) noexcept {
  constexpr std::array<std::string_view, 4> kEnds = {"jobcomplete", "complete", "abort", "fail"};
  return status.empty() ||
         std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return starts_folded(status, end); });
}

}  // namespace outflow::connectors
