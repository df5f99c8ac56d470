#include "app/hunt_output.h"

#include "connectors/files/json_writer.h"

namespace outflow::app {
namespace {

using connectors::Finding;
using connectors::Indicator;

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::string json_line(const Finding& finding, const Indicator& indicator, const VolumesStyle& style) {
  const features::VolumeRow& row = finding.taken;
  std::string out;
  connectors::JsonWriter json(out);
  json.begin();
  json.text_or_null("tenant_id", row.tenant_id);
  json.text("entity_type", features::name_of(row.type));
  json.text_or_null("entity", row.entity);
  json.text_or_null("name", row.name);
  json.text("indicator", indicator.id);
  json.text("indicator_type", indicator.type);
  json.text("value", indicator.value);
  json.text_or_null("comment", indicator.comment);
  json.text("first", iso_time(row.first));
  json.text("last", iso_time(row.last));
  json.number("events", row.events);
  json.number("records", row.records);
  json.number("records_estimated", row.records_estimated);
  json.number("bytes", row.bytes);
  json.number("uncounted_events", row.uncounted_events);
  json.texts("objects", views(row.objects));
  const std::vector<std::string> classes = style.classes(row.classes);
  json.texts("classes", views(classes));
  json.texts("matched", views(finding.matched));
  json.end();
  return out;
}

std::string in_short(const std::vector<std::string>& texts, bool more) {
  constexpr std::size_t kShown = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(texts.size(), kShown); ++i) {
    out += (i == 0 ? "" : ", ") + terminal_safe(texts[i], 40);
  }
  if (texts.size() > kShown || more)
    out += " +" + std::to_string(texts.size() - std::min(texts.size(), kShown)) + (more ? "+" : "");
  return out;
}

std::string table(std::span<const Finding> findings, const std::vector<Indicator>& indicators,
                  const VolumesStyle& style) {
  std::vector<std::vector<std::string>> lines{{"TENANT", "TYPE", "ENTITY", "NAME", "INDICATOR", "VALUE", "MATCHED",
                                               "RECORDS", "EVENTS", "UNCOUNTED", "FIRST", "LAST", "OBJECTS",
                                               "CLASSES"}};
  const std::vector<bool> right{false, false, false, false, false, false, false,
                                true,  true,  true,  false, false, false, false};
  for (const Finding& finding : findings) {
    const features::VolumeRow& row = finding.taken;
    const Indicator& indicator = indicators[finding.indicator];
    lines.push_back({terminal_safe(row.tenant_id, 24), std::string(features::name_of(row.type)),
                     row.entity.empty() ? "(unknown)" : terminal_safe(row.entity, 40), terminal_safe(row.name, 30),
                     terminal_safe(indicator.id, 48), terminal_safe(indicator.value, 40),
                     in_short(finding.matched, finding.more_matched), with_estimate(row.records, row.records_estimated),
                     with_separators(row.events), with_separators(row.uncounted_events), iso_time(row.first),
                     iso_time(row.last), in_short(row.objects, false), in_short(style.classes(row.classes), false)});
  }
  return print_table(lines, right);
}

}  // namespace

std::string print_findings(std::span<const Finding> findings, const std::vector<Indicator>& indicators,
                           const VolumesStyle& style) {
  if (style.format == VolumesFormat::kTable) {
    return findings.empty() ? std::string() : table(findings, indicators, style);
  }
  const bool document = style.format == VolumesFormat::kJson;
  std::string out = document ? "[" : "";
  for (const Finding& finding : findings) {
    if (document) out += out.size() == 1 ? "\n  " : ",\n  ";
    out += json_line(finding, indicators[finding.indicator], style);
    if (!document) out += "\n";
  }
  if (document) out += findings.empty() ? "]\n" : "\n]\n";
  return out;
}

}  // namespace outflow::app
