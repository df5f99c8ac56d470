// The sources that are read by code, and how each is recognised by the names of a record's fields.
//
// To add one: its names in columns.cc, a file with its decoder, a line in the table. Pure and thread-safe.
#pragma once

#include "connectors/decode/source_record.h"

namespace outflow::connectors {

// Fills `record.event` from its fields. Returns why it cannot be read, or kNone.
using SourceDecoder = RejectReason (*)(SourceRecord& record);

// By signs that no other source shows; nullptr where there are none.
[[nodiscard]] SourceDecoder recognise_surely(const Fields& fields, std::string_view channel) noexcept;
// By names that others use too, to be asked when no mapping knows the record.
[[nodiscard]] SourceDecoder recognise_weakly(const Fields& fields) noexcept;
// By the source's name; nullptr where it is not read by code.
[[nodiscard]] SourceDecoder source_in_code(std::string_view name) noexcept;

// salesforce_elf.cc: EventLogFile rows, and Event Log Objects, which say the same under other names.
[[nodiscard]] bool is_surely_salesforce_elf(const Fields& fields) noexcept;
[[nodiscard]] bool is_salesforce_elf(const Fields& fields) noexcept;
RejectReason decode_salesforce_elf(SourceRecord& record);
[[nodiscard]] bool is_salesforce_event_log_object(const Fields& fields, std::string_view channel) noexcept;
RejectReason decode_salesforce_event_log_object(SourceRecord& record);

// salesforce_rtem.cc: Real-Time Event Monitoring.
[[nodiscard]] bool is_surely_salesforce_rtem(const Fields& fields, std::string_view channel) noexcept;
[[nodiscard]] bool is_salesforce_rtem(const Fields& fields) noexcept;
RejectReason decode_salesforce_rtem(SourceRecord& record);

// salesforce_setup_audit.cc: the Setup Audit Trail.
[[nodiscard]] bool is_salesforce_setup_audit(const Fields& fields) noexcept;
RejectReason decode_salesforce_setup_audit(SourceRecord& record);

}  // namespace outflow::connectors
