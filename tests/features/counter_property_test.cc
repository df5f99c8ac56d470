// Whatever the order of arrival, the repeats, the cuts and the restarts: the postings add up to the truth.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "features/counter.h"
#include "tests/support/counting_oracle.h"

namespace outflow::tests::counter_property_test {
namespace {

using namespace features;

constexpr std::int64_t kBase = 480'000 * kMsPerHour;

std::string pick(const char* prefix, int value) {
  return value == 0 ? "" : prefix + std::to_string(value);
}

void classify(OwnedEvent& e, int dice) {
  constexpr std::array kClasses = {QueryClass::kFull, QueryClass::kFull, QueryClass::kLimited, QueryClass::kUnknown};
  e.query_class = kClasses[static_cast<std::size_t>(dice) % kClasses.size()];
  e.filtered = dice % 4 == 1;
}

// Records that tell of one pull without a common key, and such that say how much an object holds.
void make_of_extractions(OwnedEvent& e, const std::vector<int>& d) {
  const bool spread = d[2] % 2 == 0;  // some lie days apart, some minutes
  if (spread && d[1] > 3) e.time_ms += (d[1] - 3) * 9 * kMsPerHour;
  e.source = d[0] % 2 == 0 ? Source::kSalesforceRtem : Source::kSalesforceElf;
  e.objects.resize(std::min<std::size_t>(e.objects.size(), 1));
  switch (d[0]) {
    case 14:
    case 15:
      e.type = "BulkApiResultEvent";
      e.semantics = CountSemantics::kNone;
      e.action = Action::kBulkResult;
      e.proves_extraction = true;
      e.records.reset();
      if (d[12] > 0) e.query = static_cast<std::uint64_t>(d[12]);
      classify(e, d[9]);
      break;
    case 16:
      e.type = "ApiEvent";
      e.semantics = CountSemantics::kQueryTotalRepeated;
      e.action = Action::kBulkJob;
      e.opens_query = d[13] > 0;
      if (d[9] % 3 != 0) e.records.reset();
      e.proves_extraction = !e.records && e.opens_query;
      if (d[12] > 0) e.query = static_cast<std::uint64_t>(d[12]);
      classify(e, d[9]);
      break;
    case 17:
    case 18:
      e.type = "BulkApi2";
      e.action = Action::kBulkJob;
      e.semantics = CountSemantics::kJobProgress;
      e.job = "job" + std::to_string(d[14] * 2 + d[13]);
      if (d[9] % 2 == 0) e.records.reset();
      e.proves_extraction = e.records ? d[9] % 3 == 0 : d[9] % 4 != 0;  // with a count: it still runs
      break;
    case 19:
      e.type = "ApiEvent";
      e.semantics = CountSemantics::kNone;
      e.query_class = QueryClass::kCount;
      if (d[9] > 1) e.object_total = static_cast<std::uint64_t>(d[9]) * 10;
      e.records = 0;
      break;
    case 20:
      e.type = "Report";
      e.action = Action::kReportRun;
      e.subject = pick("report", d[13]);
      break;
    case 21:
      e.source = Source::kSalesforceRtem;
      e.type = "ReportEvent";
      e.action = Action::kReportRun;
      e.subject = pick("report", d[13]);
      e.semantics = CountSemantics::kExecutionTotalRepeated;
      e.execution = pick("execution", d[14]);
      break;
    case 22:
      e.type = "ReportExport";
      e.semantics = CountSemantics::kNone;
      e.action = Action::kReportExport;
      e.subject = pick("report", d[13]);
      e.proves_extraction = true;
      e.records.reset();
      break;
    default:
      e.type = "ApiEvent";
      e.semantics = CountSemantics::kQueryTotalRepeated;
      e.query = static_cast<std::uint64_t>(d[12]);
      e.opens_query = true;
      classify(e, d[9]);
      break;
  }
}

// One record of a small world in which keys meet often. 0 means that the record has no such key.
OwnedEvent make(const std::vector<int>& d, int index) {
  OwnedEvent e;
  e.tenant = d[15] == 0 ? "00D000000000002" : "00D000000000001";
  e.uid = "u" + std::to_string(index);
  e.time_ms = kBase + d[1] * kMsPerHour + d[2] * 100'000 + index;
  e.actor = pick("actor", d[3]);
  e.session = pick("session", d[4]);
  e.login = pick("login", d[5]);
  e.client = pick("client", d[6]);
  e.app = d[7] > 2 ? "" : pick("app", d[7]);
  e.request = pick("request", d[8]);
  e.records = static_cast<std::uint64_t>(d[9]);
  if (d[9] > 40) e.records.reset();
  if (d[10] > 5) e.bytes = static_cast<std::uint64_t>(d[10]);
  if (d[11] > 0) e.objects.push_back("Object" + std::to_string(d[11]));
  const auto rtem = [&](const char* type, CountSemantics semantics) {
    e.source = Source::kSalesforceRtem;
    e.type = type;
    e.semantics = semantics;
  };
  const auto elf = [&](const char* type, Action action, CountSemantics semantics) {
    e.type = type;
    e.action = action;
    e.semantics = semantics;
  };
  switch (d[0]) {
    case 0:
    case 1:
    case 2:
      rtem("ApiEvent", CountSemantics::kQueryTotalRepeated);
      e.opens_query = d[0] == 0;
      if (d[12] > 0) e.query = static_cast<std::uint64_t>(d[12]);
      break;
    case 3:
    case 4:
      elf("RestApi", Action::kQuery, CountSemantics::kPerEvent);
      break;
    case 5:
      elf("API", Action::kQuery, CountSemantics::kPerEvent);
      break;
    case 6:
      elf("ApiTotalUsage", Action::kOther, CountSemantics::kNone);
      break;
    case 7:
      elf("Report", Action::kReportRun, CountSemantics::kPerEvent);
      break;
    case 8:
      rtem("ReportEvent", CountSemantics::kExecutionTotalRepeated);
      e.action = Action::kReportRun;
      e.execution = pick("execution", d[13]);
      break;
    case 9:
      elf("BulkApi", Action::kBulkJob, CountSemantics::kJobProgress);
      e.job = pick("job", d[14]);
      e.proves_extraction = true;
      break;
    case 10:
      elf("BulkApiRequest", Action::kBulkJob, CountSemantics::kNone);
      e.job = pick("job", d[14]);
      break;
    case 11:
      rtem("ApiEvent", CountSemantics::kNone);
      e.query_class = QueryClass::kCount;
      break;
    case 12:
      elf("RestApi", Action::kQuery, CountSemantics::kPerEvent);
      e.job = pick("job", d[14]);
      break;
    case 13:
      rtem("BulkApiResultEvent", CountSemantics::kNone);
      e.action = Action::kBulkResult;
      e.proves_extraction = true;
      e.records.reset();
      break;
    default:
      make_of_extractions(e, d);
      break;
  }
  return e;
}

// With `most_key` 1 the same few keys meet all the time, and groups grow large.
rc::Gen<std::vector<OwnedEvent>> any_events(int most_key = 2, int first_kind = 0) {
  const auto upto = [](int most) { return rc::gen::inRange(0, most + 1); };
  const auto dice =
      rc::gen::map(rc::gen::tuple(rc::gen::tuple(rc::gen::inRange(first_kind, 24), upto(5), upto(35), upto(most_key),
                                                 upto(most_key), upto(most_key), upto(most_key), upto(8)),
                                  rc::gen::tuple(upto(2 * most_key), upto(50), upto(20), upto(2), upto(most_key),
                                                 upto(most_key), upto(most_key), upto(5))),
                   [](const auto& halves) {
                     std::vector<int> values;
                     const auto append = [&](auto... value) { (values.push_back(value), ...); };
                     std::apply(append, std::get<0>(halves));
                     std::apply(append, std::get<1>(halves));
                     return values;
                   });
  return rc::gen::map(rc::gen::container<std::vector<std::vector<int>>>(dice), [](const auto& rows) {
    std::vector<OwnedEvent> events;
    for (const std::vector<int>& row : rows) events.push_back(make(row, static_cast<int>(events.size())));
    return events;
  });
}

std::vector<OwnedEvent> shuffled_with_repeats(std::vector<OwnedEvent> events, std::uint32_t seed) {
  std::mt19937 random(seed);
  const std::size_t distinct = events.size();
  for (std::size_t i = 0; i < distinct; ++i) {
    if (random() % 3 == 0) events.push_back(events[i]);
  }
  std::shuffle(events.begin(), events.end(), random);
  return events;
}

std::string in_words(const TakenTable& table) {
  std::ostringstream out;
  for (const auto& [key, taken] : table) out << key << " " << taken << "\n";
  return out.str();
}

constexpr LogTime kLog{kBase + 40 * kMsPerHour};

TakenTable count_all(Counter& counter, const std::vector<OwnedEvent>& events) {
  TakenTable table;
  for (const OwnedEvent& event : events) add_postings(table, event.tenant, counter.count(event.view(), kLog));
  return table;
}

RC_GTEST_PROP(CounterProperty, PostingsAddUpToTheTruthInAnyOrderWithRepeats, ()) {
  const auto events = *any_events();
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  Counter counter;
  RC_ASSERT(in_words(count_all(counter, shuffled_with_repeats(events, seed))) == in_words(true_volumes(events)));
}

// Only such records as tell of extractions, by few actors: they pair and part all the time.
RC_GTEST_PROP(CounterProperty, ExtractionsAndEstimatesAddUpToTheTruth, ()) {
  const auto events = *any_events(1, 13);
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  Counter counter;
  RC_ASSERT(in_words(count_all(counter, shuffled_with_repeats(events, seed))) == in_words(true_volumes(events)));
}

RC_GTEST_PROP(CounterProperty, LargeGroupsAddUpToTheTruthToo, ()) {
  const auto events = *rc::gen::resize(400, any_events(1));
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  Counter counter;
  RC_ASSERT(in_words(count_all(counter, shuffled_with_repeats(events, seed))) == in_words(true_volumes(events)));
}

// Restarts from the last checkpoint (and pages out whatever it can at every record) against an undisturbed run.
RC_GTEST_PROP(CounterProperty, RestartsAndPagingChangeNothing, ()) {
  const auto events = shuffled_with_repeats(*any_events(), *rc::gen::arbitrary<std::uint32_t>());
  const auto restart_every = *rc::gen::inRange<std::size_t>(1, 12);
  CountingOptions tight;
  tight.max_resident_bytes = 1;
  MemoryState calm_state, stormy_state;
  Counter calm({}, &calm_state);
  Counter stormy(tight, &stormy_state);
  TakenTable calm_table, stormy_table;
  for (std::size_t i = 0; i < events.size(); ++i) {
    add_postings(calm_table, events[i].tenant, calm.count(events[i].view(), kLog));
    add_postings(stormy_table, events[i].tenant, stormy.count(events[i].view(), kLog));
    if (i % restart_every == 0) {
      calm.encode_dirty(calm_state);
      calm.checkpoint_durable();
      stormy.encode_dirty(stormy_state);
      stormy.checkpoint_durable();
      RC_ASSERT(calm_state.units() == stormy_state.units());
      if (i % 2 == 0) {
        stormy = Counter(tight, &stormy_state);
        RC_ASSERT(stormy.load().ok());
      }
    }
  }
  RC_ASSERT(in_words(calm_table) == in_words(stormy_table));
}

// Restored from its units and written again, everything is the same to the byte.
RC_GTEST_PROP(CounterProperty, RestoredStateGoesOnByteForByte, ()) {
  const auto events = *any_events();
  MemoryState state, other;
  Counter counter({}, &state);
  (void)count_all(counter, events);
  counter.encode_dirty(state);
  other = state;
  Counter restored({}, &other);
  RC_ASSERT(restored.load().ok());
  const auto more = shuffled_with_repeats(events, 7);
  for (OwnedEvent event : more) {
    event.uid += "again";
    event.time_ms += kMsPerHour + 500;
    (void)counter.count(event.view(), kLog);
    (void)restored.count(event.view(), kLog);
  }
  counter.encode_dirty(state);
  restored.encode_dirty(other);
  RC_ASSERT(state.units() == other.units());
}

}  // namespace
}  // namespace outflow::tests::counter_property_test
