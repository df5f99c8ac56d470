// A world for the detector alone: events with the postings a counter would make of them, written by hand.
//
// So tests can say what an estimate, its correction or a late join looks like, whoever counts it. Owns all texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detector/detection.h"
#include "detector/partition.h"
#include "tests/support/org_weeks.h"

namespace outflow::test {

inline constexpr const char* kTenant = "00D000000000001";

struct Someone {
  features::EntityType type = features::EntityType::kUser;
  std::string id;
  std::string name;
};
[[nodiscard]] inline Someone integration(std::string id, std::string name) {
  return {features::EntityType::kIntegration, std::move(id), std::move(name)};
}
[[nodiscard]] inline Someone user(std::string id) {
  return {features::EntityType::kUser, std::move(id), {}};
}
[[nodiscard]] features::Fingerprint key_of(const Someone& someone);

struct PostedRows {
  std::int64_t time_ms = 0;  // of the rows: their hour
  Someone owner;
  std::string actor;
  std::int64_t records = 0;
  std::int64_t estimated = 0;
  bool moved = false;
};

struct PostedEvent {
  std::int64_t time_ms = 0;  // of the record
  std::int64_t log_ms = 0;   // when it came
  std::string uid;
  Someone owner;  // of the record
  std::string actor;
  std::string ip;
  std::string agent;
  std::string type = "ApiEvent";
  std::string object;
  std::optional<std::uint64_t> records;
  std::optional<std::uint64_t> query;
  bool filtered = false;
  features::Source source = features::Source::kSalesforceRtem;
  features::Action action = features::Action::kQuery;
  features::CountSemantics semantics = features::CountSemantics::kPerEvent;
  features::Outcome outcome = features::Outcome::kUnknown;
  features::DataClasses classes;
  std::vector<PostedRows> rows;
};

// An event of the made-up org's life, counted for its integration, or its user where there is none.
[[nodiscard]] PostedEvent posted(const LoggedEvent& logged);
// In order of their coming; stable.
[[nodiscard]] std::vector<PostedEvent> in_order(std::vector<PostedEvent> life, const std::vector<PostedEvent>& more);

class PostedWorld {
 public:
  explicit PostedWorld(const features::StateReader* cold = nullptr) : store({}, cold), detection({}, store) {}

  void run(const std::vector<PostedEvent>& events, std::size_t from = 0, std::size_t to = SIZE_MAX);
  // With decisions recorded by an earlier run: whether they would have been taken again.
  bool run_decided(const std::vector<PostedEvent>& events, std::size_t from, std::size_t to,
                   const std::vector<detector::Decision>& decided);

  [[nodiscard]] std::int64_t held(features::Fingerprint entity, std::int64_t ms, std::int32_t hours);
  [[nodiscard]] std::int64_t held(const Someone& someone, std::int64_t ms, std::int32_t hours = 1) {
    return held(key_of(someone), ms, hours);
  }

  detector::EntityStore store;
  detector::Detection detection;
  std::vector<detector::Alert> alerts;
  std::vector<detector::Decision> decisions;

 private:
  const features::AuditEvent& show(const PostedEvent& posted);

  features::AuditEvent event_;
  std::string_view object_;
  features::CountedEvent counted_;
  std::vector<features::Posting> postings_;
};

}  // namespace outflow::test
