// The mapping language: what each key reads, and where each mistake is told.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/decode/decoder.h"
#include "connectors/decode/source_catalogue.h"

namespace outflow::connectors::mapping_test {
namespace {

std::shared_ptr<const SourceCatalogue> compiled(const std::string& yaml) {
  std::vector<MappingProblem> problems;
  auto catalogue = SourceCatalogue::compile({{"m.yaml", yaml}}, problems);
  for (const MappingProblem& problem : problems) ADD_FAILURE() << problem.text();
  return catalogue ? *catalogue : SourceCatalogue::built_in();
}

Decoder decoder_of(const std::string& yaml, const std::string& pinned = {}) {
  DecodeOptions options;
  options.sources = compiled(yaml);
  options.pinned_source = pinned;
  return Decoder(options);
}

const std::string kAcme = R"(
source: acme
title: Acme CRM audit log
recognise:
  - has: [acmeVersion, actor.id]
    lacks: [EventDate]
    equals: {product: [crm, crm-eu]}
event_type: eventName
time: occurredAt
ingest_time: {path: loggedAt, format: epoch_s}
uid: [id, requestId]
tenant: orgId
actor_id: actor.id
actor_name: {path: actor.email, lower: true}
app_id: '"client.app".id'
app_name: client.name
client_name: {first: [client.product, {const: unnamed}], before: "/"}
client_ip: network.ip
user_agent: network.agent
request_id: traceId
job_id: job.id
session_key: session
login_key: {concat: [session, actor.id], separator: "|"}
execution_id: export.id
query: sql
objects: ["targets[*].type"]
outcome: {path: result, map: {OK: success, DENIED: blocked}, default: failure}
bytes: {path: size_kb, scale: 1024}
classes: [contact]
events:
  record.viewed: {action: record_view, records: 1, semantics: per_event}
  export.*:
    - when: {export.state: [done, finished]}
      action: report_export
      records: export.rows
      semantics: execution_total_repeated
    - {action: report_export, proves_extraction: true}
  list: {action: list_view, records: {count: rows}, semantics: per_event, classes: [financial, case_text]}
  filtered: {action: search, objects: ["parameters[name=kind].value", "targets[0].type", "targets[type=Case].id"]}
)";

const std::string kRecord =
    R"({"acmeVersion":1,"product":"crm-eu","eventName":"record.viewed","occurredAt":"2026-01-02T03:04:05Z",)"
    R"("loggedAt":1767323046,"id":"u-1","orgId":"org1","actor":{"id":"a7","email":"Ann@Example.COM"},)"
    R"("client":{"app":{"id":"app9"},"name":"Sync","product":"SyncTool/3.1"},)"
    R"("network":{"ip":"[2001:db8::1]:443","agent":"curl/8"},"traceId":"t1","job":{"id":"j1"},"session":"s1",)"
    R"("export":{"id":"x1","state":"done","rows":"81.6E1"},"targets":[{"type":"Contact","id":"1"},)"
    R"({"type":"Case","id":"2"},{"type":"Contact","id":"3"}],"result":"OK","size_kb":1.5,"rows":[{"a":[1,2]},[],3],)"
    R"("parameters":[{"name":"x","value":"no"},{"value":"Deal","name":"kind"}]})";

std::string with_type(const std::string& type) {
  std::string record = kRecord;
  const std::string was = "record.viewed";
  return record.replace(record.find(was), was.size(), type);
}

TEST(Mapping, EveryKeyFillsItsField) {
  Decoder decoder = decoder_of(kAcme);
  const Decoded& decoded = decoder.decode_json(kRecord);
  ASSERT_EQ(name_of(decoded.reject), "none");
  const features::AuditEvent& event = decoded.event;
  EXPECT_EQ(event.source, features::Source::kMapped);
  EXPECT_EQ(event.source_name, "acme");
  EXPECT_EQ(event.source_event_type, "record.viewed");
  EXPECT_EQ(event.event_time.ms, 1767323045000);
  EXPECT_EQ(event.ingest_time->ms, 1767323046000);
  EXPECT_EQ(event.event_uid, "u-1");
  EXPECT_EQ(event.tenant_id, "org1");
  EXPECT_EQ(event.actor_id, "a7");
  EXPECT_EQ(event.actor_name, "ann@example.com");
  EXPECT_EQ(event.app_id, "app9");
  EXPECT_EQ(event.app_name, "Sync");
  EXPECT_EQ(event.client_name, "SyncTool");
  EXPECT_EQ(event.client_ip, "2001:db8::1");
  EXPECT_EQ(event.user_agent, "curl/8");
  EXPECT_EQ(event.request_id, "t1");
  EXPECT_EQ(event.job_id, "j1");
  EXPECT_EQ(event.session_key, "s1");
  EXPECT_EQ(event.login_key, "s1|a7");
  EXPECT_EQ(event.execution_id, "x1");
  EXPECT_EQ(std::vector<std::string_view>(event.objects.begin(), event.objects.end()),
            (std::vector<std::string_view>{"Contact", "Case"}));
  EXPECT_EQ(event.outcome, features::Outcome::kSuccess);
  EXPECT_EQ(event.action, features::Action::kRecordView);
  EXPECT_EQ(event.records, 1U);
  EXPECT_EQ(event.bytes, 1536U);
  EXPECT_EQ(event.count_semantics, features::CountSemantics::kPerEvent);
  EXPECT_TRUE(event.classes.has(features::DataClass::kContact));
}

TEST(Mapping, CanShowABuiltInSourcesNameAndKeepSessionsToThemselves) {
  const std::string yaml =
      "source: acme_elf\nas: salesforce_elf\nevent_type: t\ntime: at\nsession_key: s\n"
      "session_names_app: false\nevents: {own: {session_names_app: true}}\n";
  Decoder decoder = decoder_of(yaml, "acme_elf");
  const std::string behind = R"(","at":"2026-01-02T03:04:05Z","s":"s1"})";
  const features::AuditEvent spanning = decoder.decode_json(R"({"t":"x)" + behind).event;
  EXPECT_EQ(spanning.source, features::Source::kSalesforceElf);
  EXPECT_EQ(features::source_name(spanning), "salesforce_elf");
  EXPECT_FALSE(spanning.session_names_app);
  EXPECT_EQ(decoder.decode_json(R"({"t":"x)" + behind).event.session_key, "s1") << "it stays visible";
  EXPECT_TRUE(decoder.decode_json(R"({"t":"own)" + behind).event.session_names_app);
}

TEST(Mapping, TakesElementsFromTheFirstListThatIsThere) {
  Decoder decoder = decoder_of("source: acme\neach: ['events[*]', 'event[*]']\nevent_type: t\ntime: ^at\n", "acme");
  const auto types = [&](const std::string& members) {
    std::string found;
    const std::string message = R"({"at":"2026-01-02T03:04:05Z",)" + members + "}";
    decoder.open(message);
    while (const Decoded* decoded = decoder.next()) {
      found +=
          decoded->ok() ? std::string(decoded->event.source_event_type) : "!" + std::string(name_of(decoded->reject));
      found += " ";
    }
    return found;
  };
  EXPECT_EQ(types(R"("events":[{"t":"a"},{"t":"b"}])"), "a b ");
  EXPECT_EQ(types(R"("event":{"t":"c"})"), "c ");
  EXPECT_EQ(types(R"("event":[{"t":"c"},{"t":"d"}],"events":null)"), "c d ");
  EXPECT_EQ(types(R"("event":{"t":"c"},"events":{"t":"a"})"), "a ");
  EXPECT_EQ(types(R"("event":"c")"), "!missing_event_type ");
}

TEST(Mapping, RulesAreFoundByTypeThenPrefixThenCondition) {
  Decoder decoder = decoder_of(kAcme);
  {
    const auto& event = decoder.decode_json(with_type("export.csv")).event;
    EXPECT_EQ(event.action, features::Action::kReportExport);
    EXPECT_EQ(event.records, 816U);
    EXPECT_EQ(event.count_semantics, features::CountSemantics::kExecutionTotalRepeated);
    EXPECT_FALSE(event.proves_extraction);
  }
  std::string running = with_type("export.csv");
  running.replace(running.find("\"done\""), 6, "\"running\"");
  {
    const auto& event = decoder.decode_json(running).event;
    EXPECT_EQ(event.action, features::Action::kReportExport);
    EXPECT_EQ(event.records, std::nullopt);
    EXPECT_TRUE(event.proves_extraction);
  }
  {
    const auto& event = decoder.decode_json(with_type("list")).event;
    EXPECT_EQ(event.records, 3U);
    EXPECT_TRUE(event.classes.has(features::DataClass::kFinancial));
    EXPECT_TRUE(event.classes.has(features::DataClass::kCaseText));
  }
  {
    const auto& event = decoder.decode_json(with_type("filtered")).event;
    EXPECT_EQ(std::vector<std::string_view>(event.objects.begin(), event.objects.end()),
              (std::vector<std::string_view>{"Deal", "Contact", "2"}));
  }
  EXPECT_EQ(decoder.decode_json(with_type("whatever")).event.action, features::Action::kOther);
}

TEST(Mapping, RecognisesByWhatIsThereAndWhatItSays) {
  Decoder decoder = decoder_of(kAcme);
  std::string other = kRecord;
  other.replace(other.find("crm-eu"), 6, "crm-us");
  EXPECT_EQ(name_of(decoder.decode_json(other).reject), "unknown_shape");
  std::string null = kRecord;
  null.replace(null.find("\"acmeVersion\":1"), 15, "\"acmeVersion\":null");
  EXPECT_EQ(name_of(decoder.decode_json(null).reject), "unknown_shape");
}

TEST(Mapping, FlatNamesWithDotsAreTheSamePaths) {
  Decoder decoder = decoder_of(kAcme);
  const auto& event =
      decoder
          .decode_json(R"({"acmeVersion":1,"product":"crm","actor.id":"a1","actor.email":"E","eventName":"x",)"
                       R"("occurredAt":"2026-01-02T03:04:05Z","client":{"app.id":"p"}})")
          .event;
  EXPECT_EQ(event.actor_id, "a1");
  EXPECT_EQ(event.actor_name, "e");
  EXPECT_EQ(event.app_id, "p");
}

TEST(Mapping, CsvRowsAreRecordsToo) {
  Decoder decoder = decoder_of(kAcme);
  const std::vector<std::string_view> columns = {"acmeVersion", "product", "actor.id", "eventName", "occurredAt"};
  ASSERT_TRUE(decoder.csv_header(columns).ok());
  const std::vector<std::string_view> row = {"1", "crm", "a1", "list", "2026-01-02 03:04:05"};
  const Decoded& decoded = decoder.decode_csv_row(row);
  ASSERT_EQ(name_of(decoded.reject), "none");
  EXPECT_EQ(decoded.event.actor_id, "a1");
  EXPECT_EQ(decoded.event.action, features::Action::kListView);
  const std::string uid(decoded.event.event_uid);
  const std::string json = R"({"product":"crm","acmeVersion":1.0,"eventName":"list",)"
                           R"("occurredAt":"2026-01-02 03:04:05","actor":{"id":"a1"}})";
  EXPECT_EQ(decoder.decode_json(json).event.event_uid, uid);
  EXPECT_FALSE(decoder.csv_header(std::vector<std::string_view>{"product", "eventName"}).ok());
}

}  // namespace
}  // namespace outflow::connectors::mapping_test
