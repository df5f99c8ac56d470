#include "connectors/decode/columns.h"

#include <array>
#include <cstring>
#include <type_traits>

namespace outflow::connectors {
namespace {

struct Name {
  std::string_view text;
  Column column;
  ColumnTrait trait;
};

using enum Column;
constexpr ColumnTrait kNo = ColumnTrait::kNone;
constexpr ColumnTrait kElf = ColumnTrait::kElf;
constexpr ColumnTrait kProof = ColumnTrait::kEvidence;
constexpr ColumnTrait kWay = ColumnTrait::kDelivery;

// clang-format off
constexpr Name kNames[] = {
    {"EVENT_TYPE", kElfEventType, kElf}, {"TIMESTAMP", kElfTimestamp, kElf},
    {"TIMESTAMP_DERIVED", kElfTimestampDerived, kElf}, {"REQUEST_ID", kElfRequestId, kElf},
    {"ORGANIZATION_ID", kElfOrganizationId, kElf}, {"USER_ID", kElfUserId, kElf},
    {"USER_ID_DERIVED", kElfUserIdDerived, kElf}, {"USER_NAME", kElfUserName, kElf},
    {"SOURCE_IP", kElfSourceIp, kElf}, {"CLIENT_IP", kElfClientIp, kElf}, {"LOGIN_KEY", kElfLoginKey, kElf},
    {"SESSION_KEY", kElfSessionKey, kElf}, {"URI", kElfUri, kElf}, {"CLIENT_NAME", kElfClientName, kElf},
    {"CLIENT_ID", kElfClientId, kElf}, {"CLIENT_INFO", kElfClientInfo, kElf},
    {"CONNECTED_APP_ID", kElfConnectedAppId, kElf}, {"CONNECTED_APP_NAME", kElfConnectedAppName, kElf},
    {"USER_AGENT", kElfUserAgent, kElf}, {"BROWSER_TYPE", kElfBrowserType, kElf},
    {"ENTITY_NAME", kElfEntityName, kElf}, {"ENTITY_TYPE", kElfEntityType, kElf},
    {"ROWS_PROCESSED", kElfRowsProcessed, kElf}, {"RESPONSE_SIZE", kElfResponseSize, kElf},
    {"ROW_COUNT", kElfRowCount, kElf}, {"AVERAGE_ROW_SIZE", kElfAverageRowSize, kElf},
    {"NUM_RESULTS", kElfNumResults, kElf}, {"NUMBER_OF_RECORDS", kElfNumberOfRecords, kElf},
    {"SIZE_BYTES", kElfSizeBytes, kElf}, {"TRANSACTION_TYPE", kElfTransactionType, kElf},
    {"JOB_ID", kElfJobId, kElf}, {"RECORDS_PROCESSED", kElfRecordsProcessed, kElf},
    {"JOB_STATUS", kElfJobStatus, kElf}, {"OPERATION_TYPE", kElfOperationType, kElf},
    {"METHOD_NAME", kElfMethodName, kElf}, {"METHOD", kElfMethod, kElf}, {"HTTP_METHOD", kElfHttpMethod, kElf},
    {"API_RESOURCE", kElfApiResource, kElf}, {"API_FAMILY", kElfApiFamily, kElf}, {"QUERY", kElfQuery, kElf},
    {"REPORT_ID", kElfReportId, kElf},
    {"DELEGATED_USER_ID", kElfDelegatedUserId, kElf}, {"DELEGATED_USER_NAME", kElfDelegatedUserName, kElf},
    {"REQUEST_STATUS", kElfRequestStatus, kElf}, {"LOGIN_STATUS", kElfLoginStatus, kElf},
    {"STATUS_CODE", kElfStatusCode, kElf}, {"SUCCESS", kElfSuccess, kElf}, {"TYPE_", kElfType, kElf},

    {"EventDate", kEventDate, kProof}, {"EventIdentifier", kEventIdentifier, kProof},
    {"EventUuid", kEventUuid, kProof}, {"CreatedDate", kCreatedDate, kWay}, {"UserId", kUserId, kNo},
    {"Username", kUsername, kNo}, {"SourceIp", kSourceIp, kNo}, {"LoginKey", kLoginKey, kNo},
    {"SessionKey", kSessionKey, kNo}, {"UserAgent", kUserAgent, kNo}, {"Client", kClient, kNo},
    {"Application", kApplication, kNo}, {"ConnectedAppId", kConnectedAppId, kNo},
    {"ConnectedAppName", kConnectedAppName, kNo}, {"RequestIdentifier", kRequestIdentifier, kNo},
    {"Query", kQuery, kNo}, {"QueriedEntities", kQueriedEntities, kProof}, {"Operation", kOperation, kNo},
    {"OperationStatus", kOperationStatus, kNo}, {"RowsProcessed", kRowsProcessed, kProof},
    {"RowsReturned", kRowsReturned, kProof}, {"ApiType", kApiType, kNo},
    {"ExecutionIdentifier", kExecutionIdentifier, kProof}, {"PolicyOutcome", kPolicyOutcome, kNo},
    {"Score", kScore, kNo}, {"Status", kStatus, kNo}, {"DelegatedUsername", kDelegatedUsername, kNo},
    {"DelegatedUserId", kDelegatedUserId, kNo}, {"RecordId", kRecordId, kNo}, {"FileAction", kFileAction, kNo},
    {"ContentSize", kContentSize, kNo}, {"ReportId", kReportId, kNo}, {"ListViewId", kListViewId, kNo},
    {"LoginType", kLoginType, kNo}, {"LoginUrl", kLoginUrl, kNo}, {"PageUrl", kPageUrl, kNo},
    {"PermissionType", kPermissionType, kNo}, {"SecurityEventData", kSecurityEventData, kNo},
    {"Report", kReport, kNo}, {"CurrentIp", kCurrentIp, kNo}, {"SoqlCommands", kSoqlCommands, kNo},
    {"ExportFileFormat", kExportFileFormat, kNo}, {"ColumnHeaders", kColumnHeaders, kNo},
    {"NumberOfColumns", kNumberOfColumns, kNo}, {"AcceptLanguage", kAcceptLanguage, kNo},
    {"Sequence", kSequence, kNo}, {"Records", kRecords, ColumnTrait::kContents},

    {"_ObjectType", kObjectType, kWay}, {"_EventType", kEventType, kWay}, {"attributes", kAttributes, kWay},
    {"channel", kChannel, kWay}, {"data", kData, kWay}, {"payload", kPayload, kWay}, {"detail", kDetail, kWay},
    {"event", kEvent, kWay}, {"original", kOriginal, kWay}, {"event.original", kEventOriginal, kWay},
    {"message", kMessage, kWay}, {"OrganizationId", kOrganizationId, kNo}, {"organizationId", kOrganizationId, kNo},
    {"organization_id", kOrganizationId, kNo}, {"ReplayId", kReplayId, kWay}, {"replayId", kReplayId, kWay},
    {"schema", kSchema, kWay},

    {"Timestamp", kTimestamp, kNo}, {"JobIdentifier", kJobIdentifier, kProof}, {"ObjectType", kEntityName, kNo}, {"JobStatus", kJobStatus, kNo},
    {"ProcessedRecordCount", kProcessedRecordCount, kProof}, {"OperationType", kOperationType, kNo},
    {"UserIdentifier", kUserIdentifier, kNo}, {"ClientIp", kClientIp, kNo}, {"EntityName", kEntityName, kNo},
    {"ConnectedAppIdentifier", kConnectedAppIdentifier, kNo},

    {"Action", kSetupAction, kNo}, {"action", kSetupAction, kNo}, {"Section", kSetupSection, kProof},
    {"section", kSetupSection, kProof}, {"Display", kSetupDisplay, kNo}, {"display", kSetupDisplay, kNo},
    {"CreatedById", kSetupCreatedById, kNo}, {"sfdc_created_by_id", kSetupCreatedById, kProof},
    {"sfdc_created_by_username", kSetupCreatedByName, kProof}, {"sfdc_created_date", kSetupCreatedDate, kProof},
    {"Id", kSetupId, kNo}, {"id", kSetupId, kNo}, {"sfdc_id", kSetupId, kNo}, {"record_id", kSetupRecordId, kNo},
    {"delegate_user", kSetupDelegate, kNo}, {"DelegateUser", kSetupDelegate, kNo},
};
// clang-format on

constexpr std::uint64_t load(const char* at, std::size_t size) noexcept {
  std::uint64_t value = 0;
  if (std::is_constant_evaluated()) {
    for (std::size_t i = 0; i < size; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    }
    return value;
  }
  if (size == 8) {
    std::memcpy(&value, at, 8);
  } else if (size == 4) {
    std::memcpy(&value, at, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    }
  }
  return value;
}

constexpr std::size_t kBuckets = 1024;

// The first and last characters and the length tell all known names apart well enough.
constexpr std::size_t bucket_of(std::string_view name) noexcept {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (name.size() >= 8) {
    first = load(name.data(), 8);
    last = load(name.data() + name.size() - 8, 8);
  } else if (name.size() >= 4) {
    first = load(name.data(), 4);
    last = load(name.data() + name.size() - 4, 4);
  } else {
    first = load(name.data(), name.size());
  }
  const std::uint64_t mixed =
      (first * 0x9E3779B97F4A7C15ULL) ^ (last * 0xC2B2AE3D27D4EB4FULL) ^ (name.size() * 0xD6E8FEB86659FD93ULL);
  return static_cast<std::size_t>((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9ULL >> 54);
}

struct Table {
  std::array<std::uint8_t, kBuckets> bucket{};  // index into kNames + 1; 0 is empty
  std::array<ColumnTrait, kKnownColumns> trait{};
  std::array<std::string_view, kKnownColumns> name{};
};

static_assert(std::size(kNames) < 255);

constexpr Table build_table() {
  Table table;
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    std::size_t bucket = bucket_of(kNames[i].text);
    while (table.bucket[bucket] != 0) bucket = (bucket + 1) % kBuckets;
    table.bucket[bucket] = static_cast<std::uint8_t>(i + 1);
    const auto column = static_cast<std::size_t>(kNames[i].column);
    table.trait[column] = kNames[i].trait;
    if (table.name[column].empty()) table.name[column] = kNames[i].text;
  }
  return table;
}

constexpr Table kTable = build_table();

Column find(std::string_view name) noexcept {
  for (std::size_t bucket = bucket_of(name); kTable.bucket[bucket] != 0; bucket = (bucket + 1) % kBuckets) {
    const Name& candidate = kNames[kTable.bucket[bucket] - 1];
    if (candidate.text == name) return candidate.column;
  }
  return kOther;
}

constexpr bool is_type_suffix(char c) noexcept {
  return c == 's' || c == 'd' || c == 't' || c == 'g' || c == 'b';
}

}  // namespace

bool elf_name(std::string_view name, ElfName& out) noexcept {
  if (name.empty() || name.size() >= kLongestName) return false;
  const bool upper = name[0] >= 'A' && name[0] <= 'Z';
  const bool lower = name[0] >= 'a' && name[0] <= 'z';
  if (!upper && !lower) return false;
  if (lower && name.size() > 3 && name[name.size() - 2] == '_' && is_type_suffix(name.back())) name.remove_suffix(2);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (!is_lower && !is_upper && c != '_' && !(c >= '0' && c <= '9')) return false;
    if ((upper && is_lower) || (lower && is_upper)) return false;
    out.text[i] = is_lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  out.size = name.size();
  return true;
}

Column column_of(std::string_view name) noexcept {
  const Column column = find(name);
  if (column != kOther || name.empty() || name[0] < 'a' || name[0] > 'z') return column;
  ElfName upper;
  if (!elf_name(name, upper)) return kOther;
  const Column elf = find(upper.view());
  return trait_of(elf) == ColumnTrait::kElf ? elf : kOther;
}

std::string_view name_of(Column column) noexcept {
  return kTable.name[static_cast<std::size_t>(column)];
}

ColumnTrait trait_of(Column column) noexcept {
  return kTable.trait[static_cast<std::size_t>(column)];
}

}  // namespace outflow::connectors
