#include "app/volumes_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include "connectors/decode/exposure_catalogue.h"
#include "connectors/files/json_writer.h"

namespace outflow::app {
namespace {

using features::VolumeRow;

std::vector<std::string> class_names(const VolumesStyle& style, features::DataClasses classes) {
  if (style.classes) return style.classes(classes);
  return connectors::ExposureCatalogue::built_in()->names_of(classes);
}

std::string line_of(const VolumeRow& row, const VolumesStyle& style) {
  std::string line;
  connectors::JsonWriter json(line);
  json.begin();
  json.text_or_null("tenant_id", row.tenant_id);
  json.text("entity_type", features::name_of(row.type));
  json.text_or_null("entity", row.entity);
  json.text_or_null("name", row.name);
  for (std::size_t i = 0; i < std::min(style.split.size(), row.split.size()); ++i) {
    json.text_or_null(style.split[i], row.split[i]);
  }
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
  const std::vector<std::string> names = class_names(style, row.classes);
  const std::vector<std::string_view> classes(names.begin(), names.end());
  json.texts("classes", classes);
  json.end();
  return line;
}

std::string json_lines(std::span<const VolumeRow> rows, const VolumesStyle& style) {
  std::string out;
  for (const VolumeRow& row : rows) out += line_of(row, style) + "\n";
  return out;
}

std::string json_document(std::span<const VolumeRow> rows, const VolumesStyle& style) {
  std::string out = "[";
  for (const VolumeRow& row : rows) out += (out.size() == 1 ? "\n  " : ",\n  ") + line_of(row, style);
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

std::string table(std::span<const VolumeRow> rows, const VolumesStyle& style) {
  std::vector<std::string> titles{"TENANT", "TYPE", "ENTITY", "NAME"};
  std::vector<bool> right(4, false);
  for (std::string title : style.split) {
    std::transform(title.begin(), title.end(), title.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
    titles.push_back(std::move(title));
    right.push_back(false);
  }
  for (const char* title : {"RECORDS", "ESTIMATED", "BYTES", "EVENTS", "DUPLICATES", "UNCOUNTED"}) {
    titles.emplace_back(title);
    right.push_back(true);
  }
  for (const char* title : {"FIRST", "LAST", "OBJECTS", "CLASSES"}) titles.emplace_back(title);
  right.resize(titles.size(), false);

  std::vector<std::vector<std::string>> lines{titles};
  const auto add = [&](std::vector<std::string> line, const VolumeRow& row) {
    line.push_back(with_estimate(row.records, row.records_estimated));
    line.push_back(row.records_estimated == 0 ? std::string() : with_estimate(row.records_estimated, 1));
    for (const std::int64_t number : {row.bytes, row.events, row.duplicates, row.uncounted_events}) {
      line.push_back(with_separators(number));
    }
    lines.push_back(std::move(line));
  };
  VolumeRow total;
  for (const VolumeRow& row : rows) {
    std::vector<std::string> line{terminal_safe(row.tenant_id, 24), std::string(features::name_of(row.type)),
                                  row.entity.empty() ? "(unknown)" : terminal_safe(row.entity, 40),
                                  terminal_safe(row.name, 40)};
    for (const std::string& value : row.split) line.push_back(value.empty() ? "-" : terminal_safe(value, 60));
    add(std::move(line), row);
    const bool dated = row.last.ms != 0;
    lines.back().push_back(dated ? iso_time(row.first) : std::string());
    lines.back().push_back(dated ? iso_time(row.last) : std::string());
    lines.back().push_back(objects_in_short(row.objects));
    std::string classes;
    for (const std::string& name : class_names(style, row.classes)) classes += (classes.empty() ? "" : " ") + name;
    lines.back().push_back(std::move(classes));
    total.records += row.records;
    total.records_estimated += row.records_estimated;
    total.bytes += row.bytes;
    total.events += row.events;
    total.duplicates += row.duplicates;
    total.uncounted_events += row.uncounted_events;
  }
  std::vector<std::string> last(4 + style.split.size());
  last[0] = "TOTAL";
  add(std::move(last), total);
  return print_table(lines, right);
}

}  // namespace

std::string print_volumes(std::span<const VolumeRow> rows, const VolumesStyle& style) {
  switch (style.format) {
    case VolumesFormat::kJson:
      return json_document(rows, style);
    case VolumesFormat::kJsonLines:
      return json_lines(rows, style);
    case VolumesFormat::kTable:
      break;
  }
  return table(rows, style);
}

std::string print_table(const std::vector<std::vector<std::string>>& lines, const std::vector<bool>& right) {
  std::vector<std::size_t> widths(right.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += right[i] ? fmt::format("{:>{}}", line[i], widths[i]) : fmt::format("{:<{}}", line[i], widths[i]);
      text += "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string with_estimate(std::int64_t value, std::int64_t estimated) {
  return (estimated != 0 ? "~" : "") + with_separators(value);
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
