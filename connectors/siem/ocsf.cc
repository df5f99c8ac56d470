#include "connectors/siem/ocsf.h"

#include <arpa/inet.h>

#include <array>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace outflow::connectors {
namespace {

using detector::Alert;
using detector::Severity;
using features::EntityType;
using Json = nlohmann::ordered_json;

constexpr int kDetectionFinding = 2004;
constexpr int kFindings = 2;
constexpr int kBehavioral = 3;  // analytic type: a statistical baseline
constexpr int kObservableIp = 2;
constexpr int kObservableAgent = 16;

struct Technique {
  std::string_view uid;
  std::string_view name;
};
constexpr std::array<Technique, 10> kTechniques = {{
    {"T1213", "Data from Information Repositories"},
    {"T1213.004", "Customer Relationship Management Software"},
    {"T1567", "Exfiltration Over Web Service"},
    {"T1020", "Automated Exfiltration"},
    {"T1119", "Automated Collection"},
    {"T1528", "Steal Application Access Token"},
    {"T1550.001", "Application Access Token"},
    {"T1078.004", "Cloud Accounts"},
    {"T1199", "Trusted Relationship"},
    {"T1671", "Cloud Application Integration"},
}};

Json named_technique(std::string_view uid) {
  Json technique = {{"uid", uid}};
  for (const Technique& known : kTechniques) {
    if (known.uid == uid) technique["name"] = known.name;
  }
  return technique;
}

Json attacks_of(const Alert& alert) {
  Json attacks = Json::array();
  for (const std::string& uid : alert.attack_techniques) {
    Json attack = Json::object();
    const std::size_t dot = uid.find('.');
    attack["technique"] = named_technique(std::string_view(uid).substr(0, dot));
    if (dot != std::string::npos) attack["sub_technique"] = named_technique(uid);
    attacks.push_back(std::move(attack));
  }
  return attacks;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "Low";
    case Severity::kMedium:
      return "Medium";
    case Severity::kHigh:
      return "High";
    case Severity::kCritical:
      return "Critical";
  }
  return "Low";
}

// OCSF: 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical.
int risk_level(int score) {
  return score >= 90 ? 4 : score >= 70 ? 3 : score >= 40 ? 2 : score >= 10 ? 1 : 0;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> parsed{};
  return inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 || inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

std::string number(double value) {
  return std::to_string(std::isfinite(value) ? std::llround(std::min(value, 9e18)) : 0);
}

void put(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

Json origin_of(const Alert& alert) {
  Json data = Json::object();
  if (!alert.origin.file.empty()) {
    data["file"] = alert.origin.file;
    data["line"] = alert.origin.line;
  } else {
    data["topic"] = alert.origin.topic;
    data["partition"] = alert.origin.partition;
    data["offset"] = alert.origin.offset;
  }
  return data;
}

Json actor_of(const Alert& alert) {
  Json actor = Json::object();
  put(actor, "app_uid", alert.app_id);
  put(actor, "app_name", alert.app_name);
  Json user = Json::object();
  put(user, "uid", alert.actor_id);
  put(user, "name", alert.actor_name);
  if (!user.empty()) actor["user"] = std::move(user);
  return actor;
}

Json evidence_of(const Alert& alert) {
  Json evidence = {{"uid", alert.record_uid}, {"data", origin_of(alert)}};
  if (Json actor = actor_of(alert); !actor.empty()) evidence["actor"] = std::move(actor);
  if (is_address(alert.client_ip)) evidence["src_endpoint"] = {{"ip", alert.client_ip}};
  if (!alert.user_agent.empty()) evidence["http_request"] = {{"user_agent", alert.user_agent}};
  return evidence;
}

Json analysis_of(const Alert& alert) {
  const auto observed = [&](double value) { return Json::array({{{"value", number(value)}}}); };
  const std::string parameter = "records_" + (alert.window.empty() ? "window" : alert.window);
  Json analysis = Json::object();
  analysis["analysis_targets"] =
      Json::array({{{"type", features::name_of(alert.entity_type)}, {"name", alert.entity_id}}});
  analysis["anomalies"] = Json::array(
      {{{"observation_parameter", parameter}, {"observations", observed(static_cast<double>(alert.records))}}});
  analysis["baselines"] =
      Json::array({{{"observation_parameter", parameter + "_expected"}, {"observations", observed(alert.expected)}},
                   {{"observation_parameter", parameter + "_upper"}, {"observations", observed(alert.upper)}}});
  return analysis;
}

Json observables_of(const Alert& alert) {
  Json observables = Json::array();
  if (is_address(alert.client_ip)) {
    observables.push_back(
        {{"name", "evidences[].src_endpoint.ip"}, {"type_id", kObservableIp}, {"value", alert.client_ip}});
  }
  if (!alert.user_agent.empty()) {
    observables.push_back(
        {{"name", "evidences[].http_request.user_agent"}, {"type_id", kObservableAgent}, {"value", alert.user_agent}});
  }
  return observables;
}

Json reasons_of(const Alert& alert) {
  Json reasons = Json::array();
  for (const detector::Evidence& evidence : alert.evidence) {
    Json reason = {{"kind", evidence.kind}};
    put(reason, "window", evidence.window);
    reason["sentence"] = evidence.sentence;
    reason["p_value"] = evidence.p_value;
    reason["share"] = evidence.share;
    if (evidence.observed) reason["observed"] = *evidence.observed;
    if (evidence.expected) reason["expected"] = *evidence.expected;
    if (evidence.upper) reason["upper"] = *evidence.upper;
    reasons.push_back(std::move(reason));
  }
  return reasons;
}

Json own_fields_of(const Alert& alert, const OwnClassNames& names) {
  Json own = Json::object();
  own["records"] = alert.records;
  own["expected"] = alert.expected;
  own["upper"] = alert.upper;
  own["p_value"] = alert.p_value;
  own["estimated"] = alert.estimated;
  own["records_estimated"] = alert.records_estimated;
  own["data_classes"] = names_of(alert.classes, names);
  if (alert.correction) {
    own["correction"] = {{"records_before", alert.correction->records},
                         {"estimated_before", alert.correction->estimated}};
    put(own["correction"], "entity", alert.correction->entity);
  }
  own["incident"] = alert.incident;
  own["revision"] = alert.revision;
  own["window"] = alert.window;
  if (alert.bytes) own["bytes"] = *alert.bytes;
  own["baseline_maturity"] = alert.baseline_maturity;
  Json entity = {{"type", features::name_of(alert.entity_type)}, {"id", alert.entity_id}};
  put(entity, "name", alert.entity_name);
  own["entity"] = std::move(entity);
  own["reasons"] = reasons_of(alert);
  return own;
}

Json finding_of(const Alert& alert, const std::string& sentence, std::string_view version) {
  Json info = Json::object();
  info["uid"] = alert.uid;
  info["title"] = alert.title;
  info["desc"] = sentence;
  info["analytic"] = {
      {"uid", "outflow-volume"}, {"name", "Outflow volume baseline"}, {"version", version}, {"type_id", kBehavioral}};
  info["attacks"] = attacks_of(alert);
  info["created_time"] = alert.raised.ms;
  info["first_seen_time"] = alert.first_seen.ms;
  info["last_seen_time"] = alert.window_end.ms;
  return info;
}

Json metadata_of(const Alert& alert, std::string_view version) {
  Json metadata = Json::object();
  metadata["version"] = "1.8.0";
  metadata["product"] = {{"name", "Outflow"}, {"vendor_name", "Outflow"}, {"version", version}};
  metadata["uid"] = alert.uid + "-" + std::to_string(alert.revision);
  put(metadata, "tenant_uid", alert.tenant_id);
  put(metadata, "correlation_uid", alert.incident);
  return metadata;
}

}  // namespace

std::string to_ocsf(const Alert& alert, std::string_view product_version, const OwnClassNames& own) {
  const std::string sentence = alert.sentence + classes_sentence(alert.classes, own);
  const int activity = alert.revision <= 1 ? 1 : 2;  // Create, Update
  Json event = Json::object();
  event["activity_id"] = activity;
  event["category_uid"] = kFindings;
  event["class_uid"] = kDetectionFinding;
  event["type_uid"] = kDetectionFinding * 100 + activity;
  event["time"] = alert.raised.ms;
  event["start_time"] = alert.window_start.ms;
  event["end_time"] = alert.window_end.ms;
  event["severity_id"] = static_cast<int>(alert.severity);
  event["severity"] = severity_name(alert.severity);
  event["risk_score"] = alert.risk_score;
  event["risk_level_id"] = risk_level(alert.risk_score);
  event["status_id"] = 1;  // New
  event["is_alert"] = true;
  event["message"] = sentence;
  event["metadata"] = metadata_of(alert, product_version);
  event["finding_info"] = finding_of(alert, sentence, product_version);
  event["anomaly_analyses"] = Json::array({analysis_of(alert)});
  event["evidences"] = Json::array({evidence_of(alert)});
  if (!alert.objects.empty()) {
    Json resources = Json::array();
    for (const std::string& object : alert.objects) resources.push_back({{"name", object}, {"type", "object"}});
    event["resources"] = std::move(resources);
  }
  if (Json observables = observables_of(alert); !observables.empty()) event["observables"] = std::move(observables);
  event["unmapped"] = {{"outflow", own_fields_of(alert, own)}};
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace outflow::connectors
