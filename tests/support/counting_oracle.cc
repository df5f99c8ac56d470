#include "tests/support/counting_oracle.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "tests/support/extraction_oracle.h"

namespace outflow::tests {
namespace {

using features::Action;
using features::CountSemantics;
using features::QueryClass;

struct Record {
  const OwnedEvent* event = nullptr;
  std::string group;  // empty: counts alone
  std::string lane;   // "" additive, "total", or the type whose rows add up
  std::uint64_t records = 0, bytes = 0;
};

std::vector<const OwnedEvent*> distinct(const std::vector<OwnedEvent>& events) {
  std::set<std::tuple<std::string, int, std::string, std::string, std::int64_t>> seen;
  std::vector<const OwnedEvent*> kept;
  for (const OwnedEvent& e : events) {
    if (seen.emplace(e.tenant, static_cast<int>(e.source), e.type, e.uid, e.time_ms).second) kept.push_back(&e);
  }
  std::sort(kept.begin(), kept.end(), [](const auto* a, const auto* b) { return a->time_ms < b->time_ms; });
  return kept;
}

class Truth {
 public:
  explicit Truth(const std::vector<OwnedEvent>& events) : events_(distinct(events)) {
    connect_jobs();
    for (const OwnedEvent* e : events_) records_.push_back(place(*e));
  }

  TakenTable table() {
    std::set<std::string> groups;
    std::set<std::string> in_extractions;
    for (const auto& extraction : extractions()) {
      for (const SeenGroup& one : extraction) in_extractions.insert(one.group);
      add_groups(extraction);
    }
    for (const Record& record : records_) {
      const bool settled = record.lane.empty() && !record.event->app.empty();
      if (record.group.empty() || settled) {
        const std::string owner = !record.event->app.empty() ? "integration:" + record.event->app : own(*record.event);
        add(*record.event, owner, record.records, record.bytes);
      } else {
        groups.insert(record.event->tenant + "\n" + record.group);
      }
    }
    for (const std::string& group : groups) {
      if (!in_extractions.contains(group)) add_groups({{group, 0, {}}});
    }
    std::erase_if(table_, [](const auto& row) { return row.second == Taken{}; });
    return table_;
  }

 private:
  static std::string key(const OwnedEvent& e, const char* kind, const std::string& id) {
    return id.empty() ? "" : e.tenant + "\n" + kind + id;
  }
  // Requests and jobs that some record mentions together share their name.
  void connect_jobs() {
    for (const OwnedEvent* e : events_) {
      for (const std::string& k : {key(*e, "request ", e->request), key(*e, "job ", e->job)}) {
        if (!k.empty()) component_.try_emplace(k, k);
      }
    }
    for (const OwnedEvent* e : events_) {
      if (e->request.empty() || e->job.empty()) continue;
      const std::string from = component_[key(*e, "request ", e->request)];
      const std::string to = component_[key(*e, "job ", e->job)];
      for (auto& [k, component] : component_) {
        if (component == from) component = to;
      }
    }
  }
  std::string component(const OwnedEvent& e, const char* kind, const std::string& id) {
    const std::string k = key(e, kind, id);
    return k.empty() ? "" : component_[k];
  }

  static std::string query_key(const OwnedEvent& e) {
    if (!e.query) return {};
    const std::string who = !e.login.empty() ? "l" + e.login : !e.session.empty() ? "s" + e.session : "a" + e.actor;
    return who + "\n" + std::to_string(*e.query);
  }
  static bool moves(const OwnedEvent& e) { return e.action != Action::kWrite && e.query_class != QueryClass::kCount; }
  static bool is_page(const OwnedEvent& e) {
    return moves(e) && e.semantics == CountSemantics::kQueryTotalRepeated && e.query.has_value() &&
           said_by(e).kind.empty();
  }
  std::string instance_at(const OwnedEvent& page, std::int64_t time_ms) const {
    std::int64_t opened = -1;
    for (const OwnedEvent* e : events_) {
      if (is_page(*e) && e->opens_query && e->tenant == page.tenant && query_key(*e) == query_key(page) &&
          e->time_ms <= time_ms) {
        opened = std::max(opened, e->time_ms);
      }
    }
    return "instance " + query_key(page) + "\n" + std::to_string(opened);
  }
  // The earliest page of a request, or null.
  const OwnedEvent* page_of(const OwnedEvent& e) const {
    if (e.request.empty()) return nullptr;
    for (const OwnedEvent* page : events_) {
      if (is_page(*page) && page->tenant == e.tenant && page->request == e.request) return page;
    }
    return nullptr;
  }

  Record place(const OwnedEvent& e) const {
    Record record{&e, {}, {}, 0, 0};
    if (moves(e) && e.semantics != CountSemantics::kNone) {
      record.records = e.records.value_or(0);
      record.bytes = e.bytes.value_or(0);
    }
    const bool query = e.semantics == CountSemantics::kQueryTotalRepeated && moves(e);
    const bool call = e.semantics == CountSemantics::kPerEvent && moves(e) && e.action == Action::kQuery;
    const Said said = said_by(e);
    const bool chunk = e.semantics == CountSemantics::kExecutionTotalRepeated && !e.execution.empty();
    if (said.kind == "job") {
      std::tie(record.group, record.lane) = std::pair("job " + e.job, "total");
    } else if (!said.kind.empty() && !chunk) {
      record.group = "sighting " + e.uid + "\n" + e.type + std::to_string(e.time_ms);
      record.lane = "total";
    } else if (e.semantics == CountSemantics::kExecutionTotalRepeated && !e.execution.empty()) {
      std::tie(record.group, record.lane) = std::pair("execution " + e.execution, "total");
    } else if (is_page(e)) {
      std::tie(record.group, record.lane) = std::pair(instance_at(e, e.time_ms), "total");
    } else if ((query || call) && !e.request.empty()) {
      const OwnedEvent* page = page_of(e);
      record.group = page != nullptr ? instance_at(*page, page->time_ms) : "request " + e.request;
      record.lane = query ? "total" : e.type;
    } else if (!e.job.empty()) {
      record.group = "job " + e.job;
    } else if (!e.request.empty()) {
      record.group = "request " + e.request;
    }
    return record;
  }

  // Which app the group's records name, earliest first; empty where none.
  std::string name_of(const std::string& tenant, const std::vector<const Record*>& members) {
    std::set<std::string> components;
    for (const Record* record : members) {
      const OwnedEvent& e = *record->event;
      const std::string& group = record->group;
      if (group.starts_with("job ")) components.insert(component(e, "job ", e.job));
      if (group.starts_with("request ")) components.insert(component(e, "request ", e.request));
      if (group.starts_with("execution ")) components.insert(component(e, "request ", e.request));
      if (group.starts_with("sighting ")) {
        components.insert(component(e, "request ", e.request));
        components.insert(component(e, "job ", e.job));
      }
      const bool page_group = group.starts_with("instance ");
      // A request belongs to the query of its earliest page, and names only that one.
      const OwnedEvent* page = page_group ? page_of(e) : nullptr;
      if (page != nullptr && instance_at(*page, page->time_ms) == group) {
        components.insert(component(e, "request ", e.request));
      }
    }
    components.erase("");
    for (const OwnedEvent* e : events_) {
      if (e->app.empty() || e->tenant != tenant) continue;
      const bool member = std::any_of(members.begin(), members.end(), [&](const Record* r) { return r->event == e; });
      if (member || components.contains(component(*e, "request ", e->request)) ||
          components.contains(component(*e, "job ", e->job))) {
        return e->app;
      }
    }
    return {};
  }

  // Who takes what the record itself brings, where its group has no name.
  std::string own(const OwnedEvent& e) const {
    for (const auto field : {&OwnedEvent::session, &OwnedEvent::login}) {
      for (const OwnedEvent* other : events_) {
        if (!(e.*field).empty() && !other->app.empty() && other->tenant == e.tenant && other->*field == e.*field) {
          return "integration:" + other->app;
        }
      }
    }
    return !e.client.empty() ? "integration:" + e.client : "user:" + e.actor;
  }

  bool voided(const std::string& tenant, const std::string& group) const {
    return std::any_of(events_.begin(), events_.end(), [&](const OwnedEvent* e) {
      return e->tenant == tenant && e->query_class == QueryClass::kCount &&
             e->source == features::Source::kSalesforceRtem && "request " + e->request == group;
    });
  }

  // All groups that tell of an extraction, together with those that tell of the same.
  std::vector<std::vector<SeenGroup>> extractions() const {
    std::map<std::string, SeenGroup> seen;
    for (const Record& record : records_) {  // by time: the earliest that says it stands for its group
      const Said said = said_by(*record.event);
      if (said.kind.empty()) continue;
      const std::string name = record.event->tenant + "\n" + record.group;
      SeenGroup& group = seen.try_emplace(name, SeenGroup{name, record.event->time_ms, said}).first->second;
      if (group.said.pool.empty()) group.said = said;
    }
    for (const Record& record : records_) {
      const auto group = seen.find(record.event->tenant + "\n" + record.group);
      if (group != seen.end() && !record.lane.empty()) {
        group->second.time_ms = std::min(group->second.time_ms, record.event->time_ms);
      }
    }
    std::vector<SeenGroup> all;
    for (const auto& [name, group] : seen) all.push_back(group);
    return paired(all);
  }

  std::vector<const Record*> members_of(const std::vector<SeenGroup>& groups) const {  // by time
    std::vector<const Record*> members;
    for (const Record& record : records_) {
      const bool settled = record.lane.empty() && !record.event->app.empty();
      const std::string name = record.event->tenant + "\n" + record.group;
      const bool ours = std::any_of(groups.begin(), groups.end(), [&](const auto& one) { return one.group == name; });
      if (ours && !record.group.empty() && !settled) members.push_back(&record);
    }
    return members;
  }

  // Of each group the earliest record; of those a live one with a session first.
  std::string taker_of(const std::vector<SeenGroup>& groups) const {
    std::map<std::pair<int, std::int64_t>, std::string> candidates;
    for (const SeenGroup& group : groups) {
      for (const Record* record : members_of({group})) {
        if (record->lane.empty()) continue;
        const OwnedEvent& e = *record->event;
        const bool joins = !e.session.empty() || !e.login.empty();
        const bool live = group.said.kind != "job" && group.said.kind != "row";
        candidates[{(joins ? 0 : 2) + (live ? 0 : 1), e.time_ms}] = own(e);
        break;
      }
    }
    return candidates.empty() ? "" : candidates.begin()->second;
  }

  static bool tells(const Record& record) {
    const OwnedEvent& e = *record.event;
    const bool still_runs = e.proves_extraction;
    return !record.lane.empty() && e.records && !still_runs && e.semantics != CountSemantics::kNone;
  }
  bool known(const std::vector<const Record*>& members) const {
    return std::any_of(members.begin(), members.end(), [](const Record* r) { return tells(*r); });
  }
  static std::uint64_t total(const std::vector<const Record*>& members) {
    std::uint64_t rows = 0;
    for (const Record* record : members) {
      if (!record->lane.empty()) rows = std::max(rows, record->records);
    }
    return rows;
  }

  // What the world knows of sizes, and what each kind of extraction brought.
  const Known& lessons() {
    if (lessons_) return *lessons_;
    lessons_.emplace();
    for (const OwnedEvent* e : events_) {
      if (const auto size = size_shown(*e)) lessons_->sizes[size->first].push_back(size->second);
    }
    for (const auto& extraction : extractions()) {
      const auto members = members_of(extraction);
      if (!known(members)) continue;
      for (const SeenGroup& group : extraction) {
        const bool report = group.said.kind == "row" || group.said.kind == "view";
        if (group.said.shape.empty() && !report) continue;
        const KnownSize truth{group.time_ms, total(members)};
        if (!group.said.shape.empty()) lessons_->truths[group.said.shape].push_back(truth);
        if ((report || group.said.reach == "whole") && !group.said.subject.empty()) {
          lessons_->truths[group.said.subject].push_back(truth);
        }
        break;
      }
    }
    return *lessons_;
  }

  void add_groups(const std::vector<SeenGroup>& groups) {
    const std::string tenant = groups.front().group.substr(0, groups.front().group.find('\n'));
    const std::vector<const Record*> members = members_of(groups);
    const std::string name = name_of(tenant, members);
    const std::string taker = name.empty() ? taker_of(groups) : "integration:" + name;
    const bool extraction = !groups.front().said.kind.empty();
    const auto first_asking = std::find_if(members.begin(), members.end(),
                                           [](const Record* r) { return !r->lane.empty() && asks(*r->event); });
    std::uint64_t estimate = 0;
    const std::uint64_t so_far = total(members);
    if (extraction && !known(members) && first_asking != members.end()) {
      estimate = std::max(estimate_of(groups, lessons()), so_far) - so_far;
    }
    const bool counted = extraction && (estimate > 0 || so_far > 0 || known(members));
    if (estimate > 0) {
      Taken& taken = table_[{tenant, taker, (*first_asking)->event->time_ms / features::kMsPerHour}];
      taken.records += static_cast<std::int64_t>(estimate);
      taken.estimated += static_cast<std::int64_t>(estimate);
    }
    std::map<std::pair<std::string, std::string>, std::pair<std::uint64_t, std::uint64_t>> lanes;
    std::pair<std::uint64_t, std::uint64_t> worth;
    for (const Record* record : members) {
      if (record->lane.empty()) {
        add(*record->event, name.empty() ? own(*record->event) : taker, record->records, record->bytes);
        continue;
      }
      auto& [rows, bytes] = lanes[{record->group, record->lane}];
      const bool total = record->lane == "total";
      const bool bytes_add_up = record->group.starts_with("request ") || record->group.starts_with("instance ");
      rows = total ? std::max(rows, record->records) : rows + record->records;
      bytes = total && !bytes_add_up ? std::max(bytes, record->bytes) : bytes + record->bytes;
      auto now = worth;
      for (const auto& [lane, amount] : lanes) {
        now = {std::max(now.first, amount.first), std::max(now.second, amount.second)};
      }
      if (voided(tenant, record->group)) now = {0, 0};
      add(*record->event, taker, now.first - worth.first, now.second - worth.second, counted);
      worth = now;
    }
  }

  void add(const OwnedEvent& e, const std::string& owner, std::uint64_t records, std::uint64_t bytes,
           bool counted = false) {
    Taken& taken = table_[{e.tenant, owner, e.time_ms / features::kMsPerHour}];
    taken.records += static_cast<std::int64_t>(records);
    taken.bytes += static_cast<std::int64_t>(bytes);
    ++taken.events;
    if (asks(e) && !counted) ++taken.uncounted;
  }

  std::vector<const OwnedEvent*> events_;  // distinct, by event time
  std::map<std::string, std::string> component_;
  std::vector<Record> records_;
  std::optional<Known> lessons_;
  TakenTable table_;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Taken& taken) {
  return out << "{records " << taken.records << ", estimated " << taken.estimated << ", bytes " << taken.bytes
             << ", events " << taken.events << ", uncounted " << taken.uncounted << "}";
}

std::ostream& operator<<(std::ostream& out, const TakenKey& key) {
  return out << key.tenant << " " << key.owner << " hour " << key.hour;
}

TakenTable true_volumes(const std::vector<OwnedEvent>& events) {
  return Truth(events).table();
}

void add_postings(TakenTable& table, const std::string& tenant, const features::CountedEvent& counted) {
  for (const features::Posting& posting : counted.postings) {
    const std::string owner = std::string(features::name_of(posting.owner.type)) + ":" + std::string(posting.owner.id);
    const TakenKey key{tenant, owner, posting.hour.hour};
    Taken& taken = table[key];
    taken.records += posting.records;
    taken.estimated += posting.estimated;
    taken.bytes += posting.bytes;
    taken.events += posting.events;
    taken.uncounted += posting.uncounted;
    if (taken == Taken{}) table.erase(key);
  }
}

}  // namespace outflow::tests
