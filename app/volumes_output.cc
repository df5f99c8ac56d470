#include "app/volumes_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string_view>
#include <vector>

#include "connectors/files/json_writer.h"

namespace outflow::app {
namespace {

using features::VolumeRow;

std::string line_of(const VolumeRow& row) {
  std::string line;
  connectors::JsonWriter json(line);
  json.begin();
  json.text_or_null("tenant_id", row.tenant_id);
  json.text("entity_type", features::name_of(row.type));
  json.text_or_null("entity", row.entity);
  json.text_or_null("name", row.name);
  json.number("records", row.records);
  json.number("records_estimated", row.records_estimated);
  json.number("bytes", row.bytes);
  json.number("events", row.events);
  json.number("duplicates", row.duplicates);
  json.number("uncounted_events", row.uncounted_events);
  const std::vector<std::string_view> objects(row.objects.begin(), row.objects.end());
  json.texts("objects", objects);
  json.text("first", iso_time(row.first));
  json.text("last", iso_time(row.last));
  json.end();
  return line;
}

std::string json_lines(std::span<const VolumeRow> rows) {
  std::string out;
  for (const VolumeRow& row : rows) out += line_of(row) + "\n";
  return out;
}

std::string json_document(std::span<const VolumeRow> rows) {
  std::string out = "[";
  for (const VolumeRow& row : rows) out += (out.size() == 1 ? "\n  " : ",\n  ") + line_of(row);
  return out + (rows.empty() ? "]\n" : "\n]\n");
}

std::string objects_in_short(const std::vector<std::string>& objects) {
  constexpr std::size_t kShown = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(objects.size(), kShown); ++i) {
    out += (i == 0 ? "" : ", ") + terminal_safe(objects[i], 40);
  }
  if (objects.size() > kShown) out += fmt::format(" +{}", objects.size() - kShown);
  return out;
}

constexpr std::size_t kColumns = 12;
using Cells = std::array<std::string, kColumns>;
constexpr std::array<bool, kColumns> kRight = {false, false, false, false, true,  true,
                                               true,  true,  true,  false, false, false};

std::string table(std::span<const VolumeRow> rows) {
  std::vector<Cells> lines{{"TENANT", "TYPE", "ENTITY", "NAME", "RECORDS", "BYTES", "EVENTS", "DUPLICATES", "UNCOUNTED",
                            "FIRST", "LAST", "OBJECTS"}};
  VolumeRow total;
  for (const VolumeRow& row : rows) {
    lines.push_back({terminal_safe(row.tenant_id, 24), std::string(features::name_of(row.type)),
                     row.entity.empty() ? "(unknown)" : terminal_safe(row.entity, 40), terminal_safe(row.name, 40),
                     with_separators(row.records), with_separators(row.bytes), with_separators(row.events),
                     with_separators(row.duplicates), with_separators(row.uncounted_events), iso_time(row.first),
                     iso_time(row.last), objects_in_short(row.objects)});
    total.records += row.records;
    total.bytes += row.bytes;
    total.events += row.events;
    total.duplicates += row.duplicates;
    total.uncounted_events += row.uncounted_events;
  }
  lines.push_back({"TOTAL", "", "", "", with_separators(total.records), with_separators(total.bytes),
                   with_separators(total.events), with_separators(total.duplicates),
                   with_separators(total.uncounted_events), "", "", ""});
  std::array<std::size_t, kColumns> widths{};
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const Cells& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < kColumns; ++i) {
      text += fmt::format(fmt::runtime(kRight[i] ? "{:>{}}" : "{:<{}}"), line[i], widths[i]);
      if (i + 1 < kColumns) text += "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

}  // namespace

std::string print_volumes(std::span<const VolumeRow> rows, VolumesFormat format) {
  switch (format) {
    case VolumesFormat::kJson:
      return json_document(rows);
    case VolumesFormat::kJsonLines:
      return json_lines(rows);
    case VolumesFormat::kTable:
      break;
  }
  return table(rows);
}

std::string iso_time(features::EventTime time) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(time.ms)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string with_separators(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string terminal_safe(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : text) {
    if (out.size() >= most) return out + "..";
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte >= 0x7F ? '?' : c);
  }
  return out;
}

}  // namespace outflow::app
