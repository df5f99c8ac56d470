#include "tests/support/canaries.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace outflow::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kMark = "qzcnry";

class Planter {
 public:
  std::string next() {
    const std::size_t n = ++planted_;
    switch (n % 5) {
      case 0:
        return fmt::format("Zoe Qzcnry{}", n);
      case 1:
        return fmt::format("qzcnry{}@leak.example", n);
      case 2:
        return fmt::format("AKIAQZCNRY{}KEY", n);
      case 3:
        return fmt::format("sk_live_qzcnry{}", n);
      default:
        return fmt::format("+33 6 12 qzcnry{}", n);
    }
  }
  [[nodiscard]] std::size_t planted() const { return planted_; }

  // Over the contents of a record, at any depth, and beside them.
  void plant(json& record) {
    plant_in(record);
    if (!record.is_object()) return;
    record["zz_note"] = next();
    record["zz_nested"] = {{"deep", {{"list", json::array({next(), {{"note", next()}}})}}}};
  }

  std::string query(std::string_view object) {
    return fmt::format("SELECT Id, Name FROM {} WHERE Email = '{}' AND Note__c LIKE '%{}%' /* {} */", object, next(),
                       next(), next());
  }

 private:
  void plant_in(json& value) {
    if (value.is_array()) {
      for (json& one : value) plant_in(one);
    } else if (value.is_object()) {
      plant_in_parameter(value);
      for (auto& [name, member] : value.items()) {
        if (member.is_string() && is_query(name)) {
          add_literal(member);
        } else if (member.is_string() && is_contents(name)) {
          member = next();
        } else {
          plant_in(member);
        }
      }
    }
  }

  static bool is_query(std::string_view name) {
    static const std::set<std::string_view> kQueries = {"Query", "QUERY_TEXT", "query_text", "query_string"};
    return kQueries.contains(name);
  }
  static bool is_contents(std::string_view name) {
    static const std::set<std::string_view> kContents = {
        // Microsoft 365, Dataverse
        "SourceFileName", "DestinationFileName", "SourceRelativeUrl", "SiteUrl", "Subject", "Path", "QueryResults",
        "PrimaryFieldValue", "ItemUrl", "TargetUserOrGroupName",
        // Box, Slack, Okta, Workday, Zendesk
        "item_name", "shared_link", "title", "url_private", "displayMessage", "requestUri", "descriptor",
        "change_description", "debugData",
        // Snowflake, OCSF, HubSpot, ServiceNow, Salesforce
        "QUERY_TAG", "ERROR_MESSAGE", "raw_data", "propertyValue", "description", "uri_s", "URI", "Records",
        "FilterCriteria", "ColumnHeaders"};
    return kContents.contains(name);
  }

  // Google's lists of {name, value}: titles, people it was shared with, search texts.
  void plant_in_parameter(json& value) {
    static const std::set<std::string> kNames = {"doc_title", "owner", "target_user", "query", "search_query", "EMAIL"};
    const auto name = value.find("name");
    if (name == value.end() || !name->is_string() || !value.contains("value")) return;
    if (kNames.contains(name->get<std::string>()) && value["value"].is_string()) value["value"] = next();
  }

  void add_literal(json& member) {
    std::string text = member.get<std::string>();
    if (text.find("<fetch") != std::string::npos) {
      const std::size_t end = text.find("</fetch>");
      text.insert(end == std::string::npos ? text.size() : end, "<!-- " + next() + " -->");
    } else {
      text += " -- '" + next() + "' \"" + next() + "\"";
    }
    member = text;
  }

  std::size_t planted_ = 0;
};

void add_samples(const fs::path& source_directory, Planter& planter, CanaryRecords& records) {
  std::vector<fs::path> files;
  const fs::path folder = source_directory / "tests" / "connectors" / "decode" / "sources";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) files.push_back(entry.path() / "input.jsonl");
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      json record = json::parse(line, nullptr, false);
      if (!record.is_object()) continue;
      planter.plant(record);
      records.good.push_back(record.dump());
    }
  }
}

std::string time_text(int day, int hour, int minute) {
  return fmt::format("2026-03-{:02}T{:02}:{:02}:00.000Z", day, hour, minute);
}

json live_query(Planter& planter, const std::string& time, int number, int rows) {
  return {{"EventDate", time},
          {"EventIdentifier", fmt::format("11111111-2222-4333-8444-{:012}", number)},
          {"OrganizationId", "00D000000000001AAA"},
          {"UserId", "005000000000001AAA"},
          {"Username", "sync@acme.example"},
          {"ConnectedAppId", "0H4000000000001AAA"},
          {"Application", "Nightly Sync"},
          {"ApiType", "REST"},
          {"Operation", "Query"},
          {"Query", planter.query("Case")},
          {"QueriedEntities", "Case"},
          {"RowsProcessed", rows},
          {"Records", fmt::format(R"({{"totalSize":1,"records":[{{"Name":"{}","Email":"{}"}}]}})", planter.next(),
                                  planter.next())},
          {"AdditionalInfo", planter.next()},
          {"SourceIp", "203.0.113.9"},
          {"UserAgent", "sync/1.0"},
          {"SessionKey", "session-1"},
          {"LoginKey", "login-1"}};
}

// An hourly sync for three weeks; then the same app takes two million from elsewhere.
void add_salesforce_weeks(Planter& planter, CanaryRecords& records) {
  int number = 0;
  for (int day = 1; day <= 21; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      records.good.push_back(live_query(planter, time_text(day, hour, 5), ++number, 90 + hour).dump());
    }
  }
  for (int page = 0; page < 4; ++page) {
    json stolen = live_query(planter, time_text(22, 3, 10 + page), ++number, 500'000);
    stolen["SourceIp"] = "198.51.100.77";
    stolen["UserAgent"] = "python-requests/2.32.4";
    records.good.push_back(stolen.dump());
  }
}

// The other event types of Salesforce, each with contents where the log has them.
void add_salesforce_kinds(Planter& planter, CanaryRecords& records) {
  const auto live = [&](const char* channel, json more) {
    json record = live_query(planter, time_text(20, 12, static_cast<int>(records.good.size() % 60)),
                             900'000 + static_cast<int>(records.good.size()), 9);
    for (const char* name : {"ApiType", "Operation", "Query", "Application"}) record.erase(name);
    record.update(more);
    json envelope = {{"channel", std::string("/event/") + channel}, {"data", {{"payload", record}}}};
    records.good.push_back(envelope.dump());
  };
  live("ReportEventStream", {{"Operation", "ReportExported"},
                             {"Name", planter.next()},
                             {"Description", planter.next()},
                             {"ColumnHeaders", "[\"" + planter.next() + "\"]"},
                             {"DisplayedFieldEntities", planter.next()}});
  live("ListViewEventStream", {{"Name", planter.next()}, {"FilterCriteria", "Name = '" + planter.next() + "'"}});
  live("UriEventStream", {{"Operation", "Read"}, {"Name", planter.next()}, {"Message", planter.next()}});
  live("LightningUriEventStream", {{"Operation", "Read"}, {"PageUrl", "/one?q=" + planter.next()}});
  live("BulkApiResultEvent", {{"Query", planter.query("Contact")}});
  live("FileEvent", {{"FileAction", "Download"}, {"FileName", planter.next() + ".pdf"}, {"ContentSize", 4567}});
  const auto row = [&](const char* type, json more) {
    json record = {{"EVENT_TYPE", type},
                   {"TIMESTAMP_DERIVED", time_text(20, 13, static_cast<int>(records.good.size() % 60))},
                   {"ORGANIZATION_ID", "00D000000000001"},
                   {"USER_ID", "005000000000001"},
                   {"REQUEST_ID", fmt::format("TID:{}", records.good.size())},
                   {"REFERRER_URI", "https://acme.example/?s=" + planter.next()},
                   {"EXCEPTION_MESSAGE", planter.next()}};
    record.update(more);
    records.good.push_back(record.dump());
  };
  row("RestApi", {{"ROWS_PROCESSED", "9"}, {"URI", "/services/data/v58.0/query?q=" + planter.query("Contact")}});
  row("API", {{"ROWS_PROCESSED", "9"}, {"METHOD_NAME", "query"}, {"QUERY", planter.query("Lead")}});
  row("Search", {{"NUM_RESULTS", "3"}, {"SEARCH_QUERY", planter.next()}, {"QUERY", planter.next()}});
  row("UniqueQuery", {{"QUERY", planter.query("Account")}});
  row("Report", {{"ROW_COUNT", "5"}, {"REPORT_DESCRIPTION", planter.next()}});
  row("ReportExport", {{"URI", "/00O000000000001?pv0=" + planter.next()}, {"REPORT_DESCRIPTION", planter.next()}});
  row("ContentTransfer", {{"SIZE_BYTES", "9"}, {"FILE_NAME", planter.next()}});
  row("URI", {{"URI", "/001?str=" + planter.next() + "#" + planter.next()}});
}

void add_broken(Planter& planter, CanaryRecords& records) {
  records.broken = {R"({"EventDate":"2026-03-20T10:00:00Z","Records":")" + planter.next(),
                    R"({"unknown_shape":")" + planter.next() + R"(","mail":")" + planter.next() + "\"}",
                    "not json at all: " + planter.next(),
                    R"({"EVENT_TYPE":"RestApi","TIMESTAMP_DERIVED":")" + planter.next() + "\"}",
                    "{\"EVENT_TYPE\":\"API\",\"QUERY\":\"\xFF " + planter.next() + "\"}"};
}

}  // namespace

CanaryRecords canary_records(const std::string& source_directory) {
  CanaryRecords records;
  Planter planter;
  add_samples(source_directory, planter, records);
  add_salesforce_weeks(planter, records);
  add_salesforce_kinds(planter, records);
  add_broken(planter, records);
  records.canaries = planter.planted();
  return records;
}

std::string canary_in(std::string_view text) {
  std::string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::size_t kAround = 60;
  const auto around = [&](std::size_t at) {
    const std::size_t from = at > kAround ? at - kAround : 0;
    return std::string(text.substr(from, at - from + kAround));
  };
  if (const std::size_t at = folded.find(kMark); at != std::string::npos) return around(at);
  std::string wide;
  for (const char c : kMark) wide.append({c, '\0'});
  if (const std::size_t at = folded.find(wide); at != std::string::npos) return around(at);
  // Base64 of the mark, at each of the three places in a group.
  for (const std::string_view encoded : {"XpjbnJ5", "6Y25yeT", "emNucnk"}) {
    if (const std::size_t at = text.find(encoded); at != std::string_view::npos) return around(at);
  }
  return {};
}

}  // namespace outflow::tests
