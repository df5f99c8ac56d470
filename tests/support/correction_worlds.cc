#include "tests/support/correction_worlds.h"

namespace outflow::test::corrections {

using features::CountSemantics;
using features::Outcome;

const std::vector<PostedEvent>& life() {
  static const std::vector<PostedEvent> events = [] {
    std::vector<PostedEvent> all;
    for (const auto& logged : test::org_life({.seed = 7, .days = 42})) all.push_back(test::posted(logged));
    return all;
  }();
  return events;
}

PostedEvent theft(const Someone& owner, std::int64_t estimated, std::int64_t ms) {
  PostedEvent event;
  event.time_ms = ms;
  event.log_ms = ms + 2'000;
  event.uid = "theft" + std::to_string(ms);
  event.owner = owner;
  event.actor = kChatUser.id;
  event.ip = "203.0.113.7";
  event.agent = "python-requests/2.32.4";
  event.type = "BulkApiResultEvent";
  event.object = "Case";
  event.query = 0x1234567800000000;
  event.action = features::Action::kBulkResult;
  event.classes = features::DataClass::kCaseText;
  event.rows = {{ms, owner, kChatUser.id, kStolen, estimated, false}};
  return event;
}

PostedEvent late(std::int64_t after_ms, std::vector<PostedRows> rows, int number) {
  PostedEvent event;
  event.time_ms = kTheftMs - kMinute;
  event.log_ms = kTheftMs + after_ms + number;
  event.uid = "late" + std::to_string(after_ms) + "/" + std::to_string(number);
  event.owner = rows.back().owner;
  event.actor = kChatUser.id;
  event.type = "BulkApi2";
  event.object = "Case";
  event.source = features::Source::kSalesforceElf;
  event.action = features::Action::kBulkJob;
  event.semantics = CountSemantics::kJobProgress;
  event.outcome = Outcome::kSuccess;
  event.rows = std::move(rows);
  event.records = 1;
  return event;
}

PostedRows rows(const Someone& owner, std::int64_t records, std::int64_t estimated, std::int64_t ms) {
  return {ms, owner, kChatUser.id, records, estimated, true};
}

std::vector<World> worlds() {
  const auto chat = [](std::int64_t records, std::int64_t estimated) { return rows(kChat, records, estimated); };
  std::vector<World> all;
  all.push_back({"TheTruthIsWhatWasEstimated",
                 {theft(kChat, kStolen), late(4 * kHour, {chat(0, -kStolen)})},
                 &kChat,
                 kStolen,
                 2,
                 4 * kHour});
  all.push_back({"TheTruthComesAsTwoPostings",
                 {theft(kChat, kStolen), late(4 * kHour, {chat(-kStolen, -kStolen), chat(1'216'320, 0)})},
                 &kChat,
                 1'216'320,
                 2,
                 4 * kHour});
  all.push_back({"TheTruthIsFarSmaller",
                 {theft(kChat, kStolen), late(4 * kHour, {chat(4'000 - kStolen, -kStolen)})},
                 &kChat,
                 4'000,
                 2,
                 4 * kHour});
  all.push_back({"TheTruthIsTwiceAsLarge",
                 {theft(kChat, kStolen), late(4 * kHour, {chat(kStolen, -kStolen)})},
                 &kChat,
                 2 * kStolen,
                 2,
                 4 * kHour});
  all.push_back({"TheTruthStandsInTheHourBefore",
                 {theft(kChat, kStolen),
                  late(4 * kHour, {chat(-kStolen, -kStolen), rows(kChat, 1'100'000, 0, kTheftMs - kHour)})},
                 &kChat,
                 1'100'000,
                 2,
                 4 * kHour});
  for (const std::int64_t hours : {6, 20, 30}) {
    all.push_back({hours == 6    ? "TheTruthComes6HoursLate"
                   : hours == 20 ? "TheTruthComes20HoursLate"
                                 : "TheTruthComes30HoursLate",
                   {theft(kChat, kStolen), late(hours * kHour, {chat(-kStolen, -kStolen), chat(900'000, 0)})},
                   &kChat,
                   900'000,
                   2,
                   hours * kHour});
  }
  for (const bool ends : {true, false}) {
    std::vector<PostedEvent> events = {theft(kChat, kStolen)};
    for (int step = 1; step <= 12; ++step) {
      events.push_back(step == 1 ? late(4 * kHour, {chat(-kStolen, -kStolen), chat(100'000, 0)}, step)
                                 : late(4 * kHour, {{kTheftMs, kChat, kChatUser.id, 100'000, 0, false}}, step));
      if (step < 12 || !ends) events.back().outcome = Outcome::kUnknown;
    }
    all.push_back({ends ? "TheTruthComesAsAJobsProgress" : "TheTruthComesAsProgressWithoutAnEnd", events, &kChat,
                   kStolen, 2, 4 * kHour + (ends ? kMinute : 3 * kHour)});
  }
  {
    std::vector<PostedEvent> events = {theft(kChat, kStolen), late(4 * kHour, {chat(-kStolen, -kStolen)}, 1),
                                       late(6 * kHour, {{kTheftMs, kChat, kChatUser.id, kStolen, 0, false}}, 2)};
    events[1].outcome = Outcome::kUnknown;
    all.push_back({"TheJobBeginsWithARowOfNothing", events, &kChat, kStolen, 2, 6 * kHour + kMinute});
  }
  all.push_back(
      {"TheTruthIsAnotherOwners",
       {theft(kChatUser, kStolen), late(4 * kHour, {rows(kChatUser, -kStolen, -kStolen), chat(1'100'000, 0)})},
       &kChat,
       1'100'000,
       2,
       4 * kHour});
  {
    std::vector<PostedEvent> events = {theft(kChatUser, kStolen)};
    for (int step = 1; step <= 12; ++step) {
      events.push_back(step == 1 ? late(4 * kHour, {rows(kChatUser, -kStolen, -kStolen), chat(100'000, 0)}, step)
                                 : late(4 * kHour, {{kTheftMs, kChat, kChatUser.id, 100'000, 0, false}}, step));
      if (step < 12) events.back().outcome = Outcome::kUnknown;
    }
    all.push_back({"TheTruthIsAnotherOwnersAndComesAsProgress", events, &kChat, kStolen, 2, 4 * kHour + kMinute});
  }
  all.push_back({"AnEstimateIsNamedThenCounted",
                 {theft(kChatUser, kStolen), late(kHour, {rows(kChatUser, -kStolen, -kStolen), chat(kStolen, kStolen)}),
                  late(5 * kHour, {chat(-kStolen, -kStolen), chat(1'150'000, 0)})},
                 &kChat,
                 1'150'000,
                 3,
                 5 * kHour});
  all.push_back({"AnEstimateIsCountedThenNamed",
                 {theft(kChatUser, kStolen),
                  late(4 * kHour, {rows(kChatUser, -kStolen, -kStolen), rows(kChatUser, 1'150'000, 0)}),
                  late(7 * kHour, {chat(1'150'000, 0), rows(kChatUser, -1'150'000, 0)})},
                 &kChat,
                 1'150'000,
                 3,
                 7 * kHour});
  struct Delay {
    const char* name;
    std::int64_t ms;
  };
  for (const Delay& delay :
       {Delay{"TheNameComesAfter1Minute", kMinute}, Delay{"TheNameComesAfter30Minutes", 30 * kMinute},
        Delay{"TheNameComesAfter3Hours", 3 * kHour}, Delay{"TheNameComesAfter20Hours", 20 * kHour},
        Delay{"TheNameComesAfter40HoursWhenAllIsOver", 40 * kHour}}) {
    all.push_back({delay.name,
                   {theft(kChatUser, 0), late(delay.ms, {chat(kStolen, 0), rows(kChatUser, -kStolen, 0)})},
                   &kChat,
                   kStolen,
                   2,
                   delay.ms,
                   false});
  }
  all.push_back({"AClientNameBecomesAnApp",
                 {theft(kByName, 0), late(3 * kHour, {chat(kStolen, 0), rows(kByName, -kStolen, 0)})},
                 &kChat,
                 kStolen,
                 2,
                 3 * kHour,
                 false});
  {
    std::vector<PostedEvent> events = {theft(kChatUser, 0)};
    for (int piece = 0; piece < 300; ++piece) {
      events.push_back(late(3 * kHour, {chat(4'000, 0), rows(kChatUser, -4'000, 0)}, piece));
    }
    all.push_back({"TheNamesComeOneByOne", events, &kChat, kStolen, 2, 4 * kHour, false});
  }
  return all;
}

}  // namespace outflow::test::corrections
