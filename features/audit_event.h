// The canonical audit event: what one record of any source says, before any join.
//
// Every field is a view into memory owned by the decoder that made it, valid until that decoder's next call.
// An empty view means unknown; an empty optional means unknown; neither ever means zero.
// Record contents never get this far, and queries only as a fingerprint and a class.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "features/data_classes.h"
#include "features/event_time.h"
#include "features/fingerprint.h"

namespace outflow::features {

// The numbers are part of persisted record ids: append, never renumber.
enum class Source : std::uint8_t {
  kSalesforceElf,
  kSalesforceRtem,
  kSalesforceSetupAudit,
  kDataverse,
  kM365,
  kHubspot,
  kZendesk,
  kServicenow,
  kGoogleWorkspace,
  kOkta,
  kSlack,
  kSnowflake,
  kBox,
  kWorkday,
  kOcsf,
  kMapped,  // by a mapping of the user's own: AuditEvent::source_name says which
};
inline constexpr std::size_t kSources = static_cast<std::size_t>(Source::kMapped) + 1;

enum class Action : std::uint8_t {
  kQuery,
  kBulkJob,
  kBulkResult,
  kReportRun,
  kReportExport,
  kListView,
  kRecordView,
  kFileDownload,
  kSearch,
  kAuth,
  kAdminApp,
  kWrite,
  kOther,
};

// How a record's count relates to the counts of other records (facts about the source, never guessed per record).
enum class CountSemantics : std::uint8_t {
  kNone,                    // this record counts nothing
  kPerEvent,                // its own rows; add them
  kQueryTotalRepeated,      // each page of a query repeats the query's total
  kExecutionTotalRepeated,  // each chunk of an execution repeats the execution's total
  kJobProgress,             // a job's progress; the largest per job counts
};

enum class QueryClass : std::uint8_t { kUnknown, kCount, kLimited, kFull };

enum class Outcome : std::uint8_t { kUnknown, kSuccess, kFailure, kBlocked };

struct AuditEvent {
  Source source = Source::kSalesforceElf;
  std::string_view source_name;        // of kMapped only: the mapping's name
  std::string_view source_event_type;  // canonical, e.g. "RestApi", "ApiEvent" (without "Stream")

  std::string_view tenant_id;  // canonical: Salesforce ids cut from 18 to 15 characters
  std::string_view event_uid;  // unique within tenant and source; never empty
  EventTime event_time;
  std::optional<EventTime> ingest_time;

  std::string_view actor_id;
  std::string_view actor_name;
  std::string_view app_id;       // connected app, canonical
  std::string_view app_name;     // connected app's name
  std::string_view client_name;  // CLIENT_NAME, else CLIENT_ID, else Application; never "N/A"

  std::string_view client_ip;
  std::string_view user_agent;

  // Keys by which another record may name this one's integration. Canonical where they are Salesforce ids.
  std::string_view request_id;
  std::string_view job_id;
  std::string_view session_key;
  std::string_view login_key;
  // False where one sign-in spans many apps: then neither key lets one record's app name another's. They stay visible.
  bool session_names_app = true;

  Action action = Action::kOther;
  Outcome outcome = Outcome::kUnknown;
  std::span<const std::string_view> objects;  // the one that is read first: a query's outer FROM, where known
  // The id of what was run (a report's), so that the records of one run meet. Never content.
  std::string_view subject;

  std::optional<std::uint64_t> records;
  std::optional<std::uint64_t> bytes;
  CountSemantics count_semantics = CountSemantics::kNone;
  std::string_view execution_id;                 // set with kExecutionTotalRepeated
  std::optional<Fingerprint> query_fingerprint;  // of the normalised, redacted query text
  QueryClass query_class = QueryClass::kUnknown;
  bool filtered = false;  // the query has a WHERE clause: it shows a part of what its object holds
  // How many rows its one object holds in all, where this record says so: an unfiltered COUNT()'s answer.
  // (That an unfiltered, unlimited query returned `records` says the same, and is not repeated here.)
  std::optional<std::uint64_t> object_total;
  bool opens_query = false;        // `Operation: Query` (a new run of its text), not a page of one
  bool proves_extraction = false;  // moved rows, but says not how many; with `records`: not yet (a running job)

  DataClasses classes;  // of its objects and queried fields, by the exposure catalogue

  std::optional<double> vendor_score;  // Salesforce's own verdict (ApiAnomalyEvent and its kin), 0 to 100
};

[[nodiscard]] std::string_view name_of(Source source) noexcept;  // "mapped" for kMapped
// What `source` shows: the built-in source's name, or the mapping's.
[[nodiscard]] std::string_view source_name(const AuditEvent& event) noexcept;
// Stable across versions and configurations; part of a record's id.
[[nodiscard]] Fingerprint source_key(const AuditEvent& event) noexcept;
// A place in an array of kSourceSlots: one for each built-in source; mappings share eight, by their names.
inline constexpr std::size_t kSourceSlots = kSources - 1 + 8;
[[nodiscard]] std::size_t source_slot(const AuditEvent& event) noexcept;
[[nodiscard]] std::string_view name_of(Action action) noexcept;
[[nodiscard]] std::string_view name_of(CountSemantics semantics) noexcept;
[[nodiscard]] std::string_view name_of(QueryClass query_class) noexcept;
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

// The volume key as text (as `outflow decode` shows it): the execution, the job, or login key and query hash.
// Empty where the record's count stands alone. Allocates: not for the hot path.
[[nodiscard]] std::string volume_key_text(const AuditEvent& event);

// True for actions that move or show records.
[[nodiscard]] bool is_access(Action action) noexcept;

}  // namespace outflow::features
