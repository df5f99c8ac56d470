// The names under which sources write what Outflow reads: one dense number for each, found in a few nanoseconds.
//
// EventLogFile (ELF) columns are known under their own names (`ROWS_PROCESSED`) and under lower-case ones with or
// without a type suffix (`rows_processed`, `rows_processed_d`, as Microsoft Sentinel stores them). Real-Time Event
// Monitoring, Event Log Objects and the Setup Audit Trail have names of their own. A new source adds its names here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace outflow::connectors {

enum class Column : std::uint8_t {
  kOther,  // not read, though part of a row's identity
  // ELF
  kElfEventType,
  kElfTimestamp,
  kElfTimestampDerived,
  kElfRequestId,
  kElfOrganizationId,
  kElfUserId,
  kElfUserIdDerived,
  kElfUserName,
  kElfSourceIp,
  kElfClientIp,
  kElfLoginKey,
  kElfSessionKey,
  kElfUri,
  kElfClientName,
  kElfClientId,
  kElfClientInfo,
  kElfConnectedAppId,
  kElfConnectedAppName,
  kElfUserAgent,
  kElfBrowserType,
  kElfEntityName,
  kElfEntityType,
  kElfRowsProcessed,
  kElfResponseSize,
  kElfRowCount,
  kElfAverageRowSize,
  kElfNumResults,
  kElfNumberOfRecords,
  kElfSizeBytes,
  kElfTransactionType,
  kElfJobId,
  kElfRecordsProcessed,
  kElfJobStatus,
  kElfOperationType,
  kElfMethodName,
  kElfMethod,
  kElfHttpMethod,
  kElfApiResource,
  kElfApiFamily,
  kElfQuery,
  kElfReportId,
  kElfDelegatedUserId,
  kElfDelegatedUserName,
  kElfRequestStatus,
  kElfLoginStatus,
  kElfStatusCode,
  kElfSuccess,
  kElfType,
  // RTEM
  kEventDate,
  kEventIdentifier,
  kEventUuid,
  kCreatedDate,
  kUserId,
  kUsername,
  kSourceIp,
  kLoginKey,
  kSessionKey,
  kUserAgent,
  kClient,
  kApplication,
  kConnectedAppId,
  kConnectedAppName,
  kRequestIdentifier,
  kQuery,
  kQueriedEntities,
  kOperation,
  kOperationStatus,
  kRowsProcessed,
  kRowsReturned,
  kApiType,
  kExecutionIdentifier,
  kPolicyOutcome,
  kScore,
  kStatus,
  kDelegatedUsername,
  kDelegatedUserId,
  kRecordId,
  kFileAction,
  kContentSize,
  kReportId,
  kListViewId,
  kLoginType,
  kLoginUrl,
  kPageUrl,
  kPermissionType,
  kSecurityEventData,
  kReport,
  kCurrentIp,
  kSoqlCommands,
  kExportFileFormat,
  kColumnHeaders,
  kNumberOfColumns,
  kAcceptLanguage,
  kSequence,
  kRecords,
  // How an envelope names the event's type, and the envelope itself
  kObjectType,
  kEventType,
  kAttributes,
  kAttributesType,
  kChannel,
  kData,
  kPayload,
  kDetail,
  kEvent,
  kOriginal,
  kEventOriginal,
  kMessage,
  kOrganizationId,
  kReplayId,
  kSchema,
  // Event Log Objects
  kTimestamp,
  kJobIdentifier,
  kJobStatus,
  kProcessedRecordCount,
  kOperationType,
  kUserIdentifier,
  kClientIp,
  kEntityName,
  kConnectedAppIdentifier,
  // Setup Audit Trail
  kSetupAction,
  kSetupSection,
  kSetupDisplay,
  kSetupCreatedById,
  kSetupCreatedByName,
  kSetupCreatedDate,
  kSetupId,
  kSetupRecordId,
  kSetupDelegate,
  kCount,
};

inline constexpr std::size_t kKnownColumns = static_cast<std::size_t>(Column::kCount);

// What a name alone says about the object it stands in.
enum class ColumnTrait : std::uint8_t {
  kNone,
  kElf,       // an ELF column
  kEvidence,  // stands only in a log record, never in an envelope around one
  kDelivery,  // written by the way a record took (replay id, time of creation), no part of its identity
  kContents,  // customers' records: never read
};

[[nodiscard]] Column column_of(std::string_view name) noexcept;
[[nodiscard]] ColumnTrait trait_of(Column column) noexcept;
// The name a column goes by first; empty for kOther.
[[nodiscard]] std::string_view name_of(Column column) noexcept;

// The one name of a column under which it enters a row's identity: ELF's own for a lower-case one, else `name`.
// REQUIRES: `name` is shorter than kLongestName, or it is returned as it is.
inline constexpr std::size_t kLongestName = 64;
struct ElfName {
  char text[kLongestName];
  std::size_t size = 0;
  [[nodiscard]] std::string_view view() const noexcept { return {text, size}; }
};
// Upper case, without a type suffix (`_s`, `_d`, `_t`, `_g`, `_b`). False where the name cannot be an ELF column's.
[[nodiscard]] bool elf_name(std::string_view name, ElfName& out) noexcept;

}  // namespace outflow::connectors
