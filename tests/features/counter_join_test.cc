// The integration join: each step, its strength, and moves learnt late.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/volume_world.h"

namespace outflow::tests::counter_join_test {
namespace {

using namespace features;

OwnedEvent in_session(OwnedEvent event, const char* session) {
  event.session = session;
  return event;
}

TEST(Join, OwnAppThenRequestThenSessionThenClientThenActor) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent named = in_session(records.call("RestApi", 0, 1, ""), "S1");
  named.app = "0H4session";
  EXPECT_EQ(world.take(named).confidence, Confidence::kOwnApp);
  (void)world.take(records.usage(1, "R1", "0H4request"));

  OwnedEvent all = in_session(records.report(2, 10, "R1"), "S1");
  all.client = "Client";
  EXPECT_EQ(world.take(all).confidence, Confidence::kRequestOrJob);
  OwnedEvent session = in_session(records.report(3, 20), "S1");
  session.client = "Client";
  EXPECT_EQ(world.take(session).confidence, Confidence::kSession) << "a strong id wins over a client name";
  OwnedEvent client = records.report(4, 30);
  client.client = "Client";
  EXPECT_EQ(world.take(client).confidence, Confidence::kClientName);
  EXPECT_EQ(world.take(records.report(5, 40)).confidence, Confidence::kActor);
  OwnedEvent nobody = records.report(6, 50);
  nobody.actor.clear();
  EXPECT_EQ(world.take(nobody).confidence, Confidence::kNobody);

  EXPECT_EQ(world.of("0H4request").records, 10);
  EXPECT_EQ(world.of("0H4session").records, 21);
  EXPECT_EQ(world.of("Client").records, 30);
  EXPECT_EQ(world.of("Client").type, EntityType::kIntegration);
  EXPECT_EQ(world.of("005A").records, 40);
  EXPECT_EQ(world.of("").records, 50);
}

// One sign-in of a user reaches many apps: what it took for one says nothing of the others.
TEST(Join, ASignInOverManyAppsNamesNone) {
  for (const auto key : {&OwnedEvent::session, &OwnedEvent::login}) {
    for (const bool names_app : {false, true}) {
      VolumeWorld world;
      RecordMaker records;
      OwnedEvent named = records.call("RestApi", 0, 1, ""), bare = records.report(1, 20), late = records.report(3, 40);
      for (OwnedEvent* event : {&named, &bare, &late}) {
        event->*key = "S1";
        event->session_names_app = names_app;
      }
      named.app = "0H4app";
      world.take_all({bare, named, late});
      EXPECT_EQ(world.of("0H4app").records, names_app ? 61 : 1);
      EXPECT_EQ(world.of("005A").records, names_app ? 0 : 60);
    }
  }
}

TEST(Join, AJobIsNamedThroughARequestThatNamesTheAppInEitherOrder) {
  for (const bool name_first : {true, false}) {
    VolumeWorld world;
    RecordMaker records;
    const OwnedEvent name = records.usage(0, "R1", "0H4app");
    const OwnedEvent link = records.job(1, 100, "750J", "R1");
    const OwnedEvent bulk = records.job(2, 5000, "750J");
    world.take_all(name_first ? std::vector{name, link, bulk} : std::vector{bulk, link, name});
    EXPECT_EQ(world.of("0H4app").records, 5000);
    EXPECT_EQ(world.of("005A").events, 0);
  }
}

TEST(Join, ASessionLearntLateMovesWhatWasCountedOnceAndInItsHour) {
  VolumeWorld world;
  RecordMaker records;
  for (int i = 0; i < 10; ++i) (void)world.take(in_session(records.report(i * 30, 100), "S1"));
  EXPECT_EQ(world.of("005A").records, 1000);
  OwnedEvent login = in_session(records.call("RestApi", 400, 0, ""), "S1");
  login.app = "0H4app";
  login.app_name = "Chat Connect";
  const CountedEvent& counted = world.take(login);
  std::int64_t moved = 0;
  for (const Posting& posting : counted.postings) {
    if (posting.moved && posting.owner.id == "0H4app") moved += posting.records;
  }
  EXPECT_EQ(moved, 1000);
  EXPECT_EQ(world.of("0H4app").records, 1000);
  EXPECT_EQ(world.of("0H4app").name, "Chat Connect");
  EXPECT_EQ(world.of("0H4app").events, 11);
  EXPECT_EQ(world.of("005A").events, 0) << "an entity with nothing left vanishes";
  login.uid = "another";
  for (const Posting& posting : world.take(login).postings) EXPECT_FALSE(posting.moved);
}

TEST(Join, TheEarliestRecordNamesASessionWhateverCameFirst) {
  RecordMaker records;
  OwnedEvent early = in_session(records.call("RestApi", 0, 0, ""), "S1"), late = early;
  early.app = "0H4early";
  late.app = "0H4late";
  late.uid = "late";
  late.time_ms += 60'000;
  const OwnedEvent volume = in_session(records.report(5, 100), "S1");
  for (const auto& order : {std::vector{early, late, volume}, {late, volume, early}, {volume, late, early}}) {
    VolumeWorld world;
    world.take_all(order);
    EXPECT_EQ(world.of("0H4early").records, 100);
  }
}

TEST(Join, ALoginNamesWhatHasNoSessionKey) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent volume = records.page(0, 700, true);
  OwnedEvent name = records.usage(1, "", "0H4app");
  name.login = volume.login;
  world.take_all({volume, name});
  EXPECT_EQ(world.of("0H4app").records, 700);
}

TEST(Join, ANameWithoutAnIdIsAClientNameAndNamesNobodyElse) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent browser = in_session(records.report(0, 10), "S1");
  browser.client = "Browser";
  world.take_all({browser, in_session(records.report(1, 20), "S1")});
  EXPECT_EQ(world.of("Browser").records, 10);
  EXPECT_EQ(world.of("005A").records, 20);
}

// What a name is learnt through, and the kinds of record that take it.
struct LateName {
  const char* key;
  std::string OwnedEvent::*field;
};

std::vector<std::pair<std::string, OwnedEvent>> each_kind(RecordMaker& records, double minute) {
  OwnedEvent pull =
      records.make(Source::kSalesforceRtem, "BulkApiResultEvent", minute, Action::kBulkResult, CountSemantics::kNone);
  pull.proves_extraction = true;
  pull.objects = {"Lead"};
  OwnedEvent execution = records.chunk(minute, 30, "execution"), page = records.page(minute, 20, minute < 60);
  page.login.clear();
  OwnedEvent shown =
      records.make(Source::kM365, "FileDownloaded", minute, Action::kFileDownload, CountSemantics::kPerEvent);
  shown.records = 1;
  return {{"query", page},
          {"call", records.call("RestApi", minute, 10, "")},
          {"report", records.report(minute, 40)},
          {"chunk", execution},
          {"estimated pull", pull},
          {"file of another source", shown}};
}

TEST(Join, EveryKindOfRecordMovesOnceInEveryHourHoweverLateItsNameComes) {
  const LateName names[] = {{"request", &OwnedEvent::request},
                            {"job", &OwnedEvent::job},
                            {"session", &OwnedEvent::session},
                            {"login", &OwnedEvent::login}};
  for (const LateName& name : names) {
    for (const double delay : {1.0, 90.0, 20.0 * 60}) {
      RecordMaker sizes;
      for (std::size_t kind = 0; kind < each_kind(sizes, 0).size(); ++kind) {
        const std::string what = each_kind(sizes, 0)[kind].first;
        SCOPED_TRACE(what + " named through its " + name.key);
        if (std::string_view(name.key) == "job" && (what == "query" || what == "chunk")) continue;  // they have none
        VolumeWorld world;
        RecordMaker records;
        OwnedEvent size = records.make(Source::kSalesforceRtem, "ApiEvent", 0, Action::kQuery, CountSemantics::kNone);
        size.query_class = QueryClass::kCount;
        size.object_total = 500;
        size.objects = {"Lead"};
        size.actor = "005other";
        (void)world.take(size);
        std::map<std::int32_t, std::int64_t> before, after;
        double last = 0;
        for (const double minute : {10.0, 80.0, 150.0}) {
          OwnedEvent event = each_kind(records, minute)[kind].second;
          event.*name.field = "K1";
          for (const Posting& posting : world.take(event).postings) before[posting.hour.hour] += posting.records;
          last = minute;
        }
        const std::int64_t records_before = world.of("005A").records;
        ASSERT_GT(records_before, 0);
        OwnedEvent names_it = records.usage(last + delay, "", "0H4app");
        names_it.actor = "005other";
        names_it.*name.field = "K1";
        std::int64_t moved = 0, estimated = 0;
        for (const Posting& posting : world.take(names_it).postings) {
          moved += posting.records;
          estimated += posting.estimated;
          if (posting.owner.id == "0H4app") after[posting.hour.hour] += posting.records;
          EXPECT_TRUE(posting.moved || posting.records == 0);
        }
        std::erase_if(after, [](const auto& hour) { return hour.second == 0; });
        std::erase_if(before, [](const auto& hour) { return hour.second == 0; });
        EXPECT_EQ(moved, 0);
        EXPECT_EQ(estimated, 0);
        EXPECT_EQ(after, before) << "in the hours in which it was counted";
        EXPECT_EQ(world.of("0H4app").records, records_before);
        EXPECT_EQ(world.of("005A").events, 0);
        EXPECT_GT(world.counter.stats().moves, 0U);
      }
    }
  }
}

TEST(Join, ObjectsMoveWithTheirRows) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent contact = in_session(records.report(0, 10), "S1"), account = records.report(1, 10);
  contact.objects = {"Contact", "Account"};
  account.objects = {"Account"};
  world.take_all({contact, account});
  EXPECT_EQ(world.of("005A").objects, (std::vector<std::string>{"Account", "Contact"}));
  OwnedEvent name = in_session(records.usage(2, "", "0H4app"), "S1");
  (void)world.take(name);
  EXPECT_EQ(world.of("005A").objects, (std::vector<std::string>{"Account"}));
  EXPECT_EQ(world.of("0H4app").objects, (std::vector<std::string>{"Account", "Contact"}));
  EXPECT_EQ(world.of("0H4app").first.ms, contact.time_ms);
}

TEST(Join, PostingsCarryTheActorBehindTheIntegration) {
  VolumeWorld world;
  RecordMaker records;
  OwnedEvent event = records.call("RestApi", 0, 10, "R1");
  event.app = "0H4app";
  const CountedEvent& counted = world.take(event);
  ASSERT_EQ(counted.postings.size(), 1U);
  EXPECT_EQ(counted.postings[0].owner.id, "0H4app");
  EXPECT_EQ(counted.postings[0].actor.id, "005A");
  EXPECT_EQ(counted.postings[0].records, 10);
  EXPECT_EQ(counted.postings[0].events, 1);
}

}  // namespace
}  // namespace outflow::tests::counter_join_test
