#include "app/inventory_output.h"

#include <algorithm>

#include "connectors/files/json_writer.h"

namespace outflow::app {
namespace {

using features::InventoryLine;
using features::InventoryRow;
using features::Pull;

std::string hour_text(std::int32_t hour) {
  if (hour == InventoryLine::kNever) return {};
  return iso_time(features::start_of(features::EventHour{hour})).substr(0, 13) + "Z";
}
std::string day_text(std::int32_t hour) {
  return hour == InventoryLine::kNever ? std::string() : hour_text(hour).substr(0, 10);
}

std::string json_line(const InventoryRow& row, const VolumesStyle& style) {
  const InventoryLine& line = *row.line;
  std::string out;
  connectors::JsonWriter json(out);
  json.begin();
  json.text_or_null("tenant_id", row.tenant_id);
  json.text("entity_type", features::name_of(row.type));
  json.text_or_null("entity", row.entity);
  json.text_or_null("name", row.name);
  json.text_or_null("object", row.object);
  json.number("records", line.records);
  json.number("records_estimated", line.estimated);
  json.number("bytes", line.bytes);
  json.number("events", line.events);
  json.number("uncounted_events", line.uncounted);
  const Pull hour = line.largest_hour(), day = line.largest_day();
  json.number("largest_hour_records", hour.records);
  json.text_or_null("largest_hour", hour.records == 0 ? std::string() : hour_text(hour.hour));
  json.number("largest_day_records", day.records);
  json.text_or_null("largest_day", day.records == 0 ? std::string() : day_text(day.hour));
  json.text_or_null("first", day_text(line.first_hour()));
  json.text_or_null("last", day_text(line.last_hour()));
  const std::vector<std::string> names = style.classes(line.classes());
  const std::vector<std::string_view> classes(names.begin(), names.end());
  json.texts("classes", classes);
  json.number("users", static_cast<std::int64_t>(row.users));
  json.number("addresses", static_cast<std::int64_t>(row.addresses));
  json.end();
  return out;
}

std::string about(std::uint64_t count, bool exact) {
  return (exact ? "" : "~") + with_separators(static_cast<std::int64_t>(count));
}

std::string table(std::span<const InventoryRow> rows, const VolumesStyle& style) {
  std::vector<std::vector<std::string>> lines{{"TENANT", "TYPE", "ENTITY", "NAME", "OBJECT", "RECORDS", "BYTES",
                                               "EVENTS", "LARGEST HOUR", "AT", "LARGEST DAY", "ON", "FIRST", "LAST",
                                               "USERS", "ADDRESSES", "CLASSES"}};
  const std::vector<bool> right{false, false, false, false, false, true, true, true, true,
                                false, true,  false, false, false, true, true, false};
  for (const InventoryRow& row : rows) {
    const InventoryLine& line = *row.line;
    const Pull hour = line.largest_hour(), day = line.largest_day();
    const bool whole = row.object.empty();
    std::string classes;
    for (const std::string& name : style.classes(line.classes())) classes += (classes.empty() ? "" : " ") + name;
    lines.push_back(
        {whole ? terminal_safe(row.tenant_id, 24) : "", whole ? std::string(features::name_of(row.type)) : "",
         !whole               ? ""
         : row.entity.empty() ? "(unknown)"
                              : terminal_safe(row.entity, 40),
         whole ? terminal_safe(row.name, 40) : "", whole ? "(all)" : terminal_safe(row.object, 40),
         with_estimate(line.records, line.estimated), with_separators(line.bytes), with_separators(line.events),
         with_separators(hour.records), hour.records == 0 ? "" : hour_text(hour.hour), with_separators(day.records),
         day.records == 0 ? "" : day_text(day.hour), day_text(line.first_hour()), day_text(line.last_hour()),
         whole ? about(row.users, row.users_exact) : "", whole ? about(row.addresses, row.addresses_exact) : "",
         classes});
  }
  return print_table(lines, right);
}

}  // namespace

std::string print_inventory(std::span<const InventoryRow> rows, const VolumesStyle& style) {
  if (style.format == VolumesFormat::kTable) return table(rows, style);
  const bool document = style.format == VolumesFormat::kJson;
  std::string out = document ? "[" : "";
  for (const InventoryRow& row : rows) {
    if (document) out += out.size() == 1 ? "\n  " : ",\n  ";
    out += json_line(row, style);
    if (!document) out += "\n";
  }
  if (document) out += rows.empty() ? "]\n" : "\n]\n";
  return out;
}

}  // namespace outflow::app
