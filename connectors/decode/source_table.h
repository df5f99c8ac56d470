// The sources Outflow can read, and how each is recognised by the names of a record's fields.
//
// To add one: its names in columns.cc, a file with its decoder, a line in the table. Pure and thread-safe.
#pragma once

#include "connectors/decode/source_record.h"

namespace outflow::connectors {

// Fills `record.event` from its fields. Returns why it cannot be read, or kNone.
using SourceDecoder = RejectReason (*)(SourceRecord& record);

// nullptr where no source knows such a record.
[[nodiscard]] SourceDecoder recognise(const Fields& fields, std::string_view channel) noexcept;

// salesforce_elf.cc: EventLogFile rows, and Event Log Objects, which say the same under other names.
[[nodiscard]] bool is_salesforce_elf(const Fields& fields) noexcept;
RejectReason decode_salesforce_elf(SourceRecord& record);
[[nodiscard]] bool is_salesforce_event_log_object(const Fields& fields, std::string_view channel) noexcept;
RejectReason decode_salesforce_event_log_object(SourceRecord& record);

// salesforce_rtem.cc: Real-Time Event Monitoring.
[[nodiscard]] bool is_salesforce_rtem(const Fields& fields, std::string_view channel) noexcept;
RejectReason decode_salesforce_rtem(SourceRecord& record);

// salesforce_setup_audit.cc: the Setup Audit Trail.
[[nodiscard]] bool is_salesforce_setup_audit(const Fields& fields) noexcept;
RejectReason decode_salesforce_setup_audit(SourceRecord& record);

}  // namespace outflow::connectors
