#include "connectors/hunt/hunter.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace outflow::connectors {
namespace {

using features::AuditEvent;
using features::VolumePart;
using features::VolumeRow;

constexpr char kBetweenHits = '\x1f';
constexpr std::size_t kMostValue = 256;
constexpr std::string_view kUnmatched = "-";

// A record that only names: it took nothing, and is no member of what others tell of the same rows. What a COUNT() says
// of its object's size stays, to estimate by.
AuditEvent without_rows(const AuditEvent& event) {
  AuditEvent plain = event;
  plain.action = features::Action::kOther;
  plain.records.reset();
  plain.bytes.reset();
  plain.count_semantics = features::CountSemantics::kNone;
  plain.query_fingerprint.reset();
  plain.opens_query = false;
  plain.proves_extraction = false;
  plain.execution_id = {};
  if (!plain.object_total) plain.objects = {};
  plain.classes = {};
  return plain;
}

struct TagHit {
  IndicatorMatcher::AtomId atom = 0;
  std::string_view value;
};
std::vector<TagHit> hits_of(std::string_view tag) {
  std::vector<TagHit> hits;
  while (!tag.empty() && tag != kUnmatched) {
    const std::string_view one = tag.substr(0, tag.find(kBetweenHits));
    tag.remove_prefix(std::min(one.size() + 1, tag.size()));
    TagHit hit;
    const std::size_t equals = one.find('=');
    (void)std::from_chars(one.data(), one.data() + std::min(equals, one.size()), hit.atom);
    hit.value = equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1);
    hits.push_back(hit);
  }
  return hits;
}

void add_to(std::optional<VolumeRow>& whole, const VolumeRow& row) {
  if (!whole) {
    whole = row;
    whole->split.clear();
    return;
  }
  VolumeRow& sum = *whole;
  sum.records += row.records;
  sum.records_estimated += row.records_estimated;
  sum.bytes += row.bytes;
  if (row.events > 0) {
    sum.first = sum.events > 0 ? std::min(sum.first, row.first) : row.first;
    sum.last = sum.events > 0 ? std::max(sum.last, row.last) : row.last;
  }
  sum.events += row.events;
  sum.duplicates += row.duplicates;
  sum.uncounted_events += row.uncounted_events;
  sum.classes |= row.classes;
  std::vector<std::string> objects;
  std::set_union(sum.objects.begin(), sum.objects.end(), row.objects.begin(), row.objects.end(),
                 std::back_inserter(objects));
  sum.objects = std::move(objects);
}

}  // namespace

Hunter::Hunter(const std::vector<Indicator>& indicators, const features::CountingOptions& counting,
               features::TimeWindow window)
    : indicators_(indicators),
      window_(window),
      matcher_(indicators),
      of_records_(counting),
      of_apps_(counting),
      matched_(window),
      whole_(window) {}

void Hunter::take(const AuditEvent& event) {
  const std::vector<IndicatorMatcher::Hit>& hits = matcher_.match(event);
  tag_.clear();
  for (const IndicatorMatcher::Hit& hit : hits) {
    if (!tag_.empty()) tag_.push_back(kBetweenHits);
    tag_ += std::to_string(hit.atom) + "=";
    for (const char c : hit.value.substr(0, kMostValue)) tag_.push_back(c == kBetweenHits ? ' ' : c);
  }
  AuditEvent whole = event;
  whole.event_time = window_.stretched(event.event_time);
  log_time_.ms = std::max(log_time_.ms, whole.event_time.ms);
  if (matcher_.looks_at_records()) {
    if (!hits.empty()) ++matched_events_;
    // A record that matched nothing carries no tag: a group is told by its members that did.
    const AuditEvent tagged = hits.empty() ? without_rows(whole) : tagger_.tagged(whole, tag_);
    matched_.apply(event.tenant_id, of_records_.count(tagged, log_time_), &tagged);
  }
  if (matcher_.looks_at_apps()) whole_.apply(event.tenant_id, of_apps_.count(whole, log_time_), &whole);
}

void Hunter::collect(bool records_say, std::vector<Finding>& findings) const {
  struct Sum {
    std::optional<VolumeRow> taken;
    std::set<std::string> matched;
  };
  std::map<std::tuple<std::string, std::uint32_t, features::EntityType, std::string>, Sum> sums;
  // A row is of one set of matched atoms and values; each indicator that holds there takes it.
  const auto rows = (records_say ? matched_ : whole_).rows([&](const VolumePart& part) {
    std::optional<std::vector<std::string>> split{std::in_place};
    std::vector<IndicatorMatcher::AtomId> atoms;
    for (const TagHit& hit : hits_of(part.tag)) atoms.push_back(hit.atom);
    if (records_say && atoms.empty()) return decltype(split)();
    if (part.type == features::EntityType::kIntegration) matcher_.match_app(part.entity, part.name, atoms);
    const std::vector<std::uint32_t> holding = matcher_.indicators_of(atoms, records_say);
    if (holding.empty()) return decltype(split)();
    for (const std::uint32_t indicator : holding) split->push_back(std::to_string(indicator));
    split->emplace_back(part.tag);
    return split;
  });
  for (const VolumeRow& row : rows) {
    if (row.events <= 0 && row.records <= 0) continue;  // it all moved to another owner
    for (std::size_t i = 0; i + 1 < row.split.size(); ++i) {
      std::uint32_t indicator = 0;
      (void)std::from_chars(row.split[i].data(), row.split[i].data() + row.split[i].size(), indicator);
      Sum& sum = sums[{row.tenant_id, indicator, row.type, row.entity}];
      add_to(sum.taken, row);
      for (const TagHit& hit : hits_of(row.split.back())) {
        if (matcher_.concerns(hit.atom, indicator)) sum.matched.emplace(hit.value);
      }
      if (!records_say) sum.matched.insert(row.name.empty() ? row.entity : row.name);
    }
  }
  for (auto& [key, sum] : sums) {
    Finding finding;
    finding.indicator = std::get<1>(key);
    finding.taken = std::move(*sum.taken);
    for (const std::string& value : sum.matched) {
      if (value.empty()) continue;
      finding.more_matched = finding.matched.size() == kMostMatched;
      if (finding.more_matched) break;
      finding.matched.push_back(value);
    }
    findings.push_back(std::move(finding));
  }
}

std::vector<Finding> Hunter::findings() const {
  std::vector<Finding> findings;
  if (matcher_.looks_at_records()) collect(true, findings);
  if (matcher_.looks_at_apps()) collect(false, findings);
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.taken.tenant_id, a.indicator, b.taken.records, b.taken.events, a.taken.entity) <
           std::tie(b.taken.tenant_id, b.indicator, a.taken.records, a.taken.events, b.taken.entity);
  });
  return findings;
}

}  // namespace outflow::connectors
