// Detection: what one counted event does to the entities, and what is decided about it.
//
// Three phases, so that replaying with recorded decisions takes the very same path: observe() adds what was counted,
// judge() scores it and proposes decisions without applying any, settle() applies decisions - the proposed ones, or
// those recorded in an earlier life. Only settle() changes episodes by decision; the prolonging of an open episode,
// its passing on with its rows and the time of the last anomaly are recomputed by judge(), also in replay.
//
//   observation.cc   observe(): what was counted enters the entities
//   detection.cc     judge() and settle(): what is odd, and whose alert it is
//   settling.cc      what is told late: the whole of a burst, corrections
//   following.cc     an episode follows its rows, to their true number and their true owner
//
// Who an alert is about: the owner of the rows (integration, or user where none is named) if it, its actor or the
// pair deviates; else the address; else the tenant. Rows an alert speaks of are taken out of the other entities'
// hours, rows of an owner with an episode at their time do not enter them, and pairs mirror their integration's
// episode: the same rows never alert twice.
//
// Volume alone has to be material: Options say how many records a window must hold before it alerts.
//
// Deterministic, one thread. Views in proposals die with the event.
#pragma once

#include <array>
#include <deque>
#include <span>
#include <vector>

#include "detector/budget.h"
#include "detector/decision.h"
#include "detector/entity_store.h"
#include "detector/explanation.h"
#include "detector/holdings.h"
#include "detector/options.h"
#include "detector/partition.h"

namespace outflow::detector {

// A decision proposed by judge(), with what its alert needs.
struct Proposal {
  DecisionRecord record;
  Case finding;
};

class Detection {
 public:
  Detection(const Options& options, EntityStore& store)
      : options_(options), budget_(options.false_alerts_per_tenant_day), store_(store) {}

  // REQUIRES: `counted` is of this event and not a duplicate or late.
  void observe(const features::AuditEvent& event, const features::CountedEvent& counted, features::LogTime log_time);

  // Of the event observed last. `origin` must outlive the proposals.
  std::span<const Proposal> judge(const features::AuditEvent& event, const features::CountedEvent& counted,
                                  const Origin& origin, features::LogTime log_time, std::vector<Anomaly>& anomalies);

  // Of no event: what is waiting in a tenant to be told, told now. For the end of an input that has one.
  std::span<const Proposal> judge_rest(features::Fingerprint tenant);

  void settle(const DecisionRecord& decision);

 private:
  // A final volume being told: the record that took it, from memory.
  struct Settling {
    Unsaid unsaid;
    std::string_view object;
    features::AuditEvent event;
  };
  // A posting and the entities it touched, the owner first. Null where the posting has no such entity.
  struct Touched {
    const features::Posting* posting = nullptr;
    Entity* owner = nullptr;
    Entity* pair = nullptr;
    Entity* actor = nullptr;
    Entity* address = nullptr;
    Entity* tenant = nullptr;
    std::int64_t gained = 0;  // records of the owner that count now and did not before, with sign
    bool worth = false;       // something changed enough to be scored
    Trip trip;
  };
  // Of the event in hand: the owner that got most of an episode's rows, how many, and whether estimates went.
  struct Arrival {
    const Touched* most = nullptr;
    std::int64_t records = 0;
    bool estimate_replaced = false;
  };
  // What moves and corrections of one event leave over, for those around the owners.
  struct Correction {
    std::int32_t hour = 0;
    Change change;
  };

  Entity& touch(features::Fingerprint key, features::EntityType type, std::int32_t hour);
  Entity* touch_known(features::Fingerprint key, std::int32_t hour);
  void bring_up_to(Entity& entity, std::int32_t hour);
  Entity& touch_pair(const Entity& owner, features::Fingerprint key, std::int32_t hour);
  void mirror(const Entity& owner, Entity* pair);
  void add(Entity* entity, const features::Posting& posting, std::int64_t aside, Touched& touched);
  void observe_owner(const features::AuditEvent& event, const features::Owner& owner, const features::Owner& actor,
                     std::int32_t hour);
  void observe_posting(const features::AuditEvent& event, const features::CountedEvent& counted,
                       const features::Posting& posting);
  void observe_taken_away(const features::AuditEvent& event, const features::Posting& posting);
  void correct(const features::Posting& posting);
  void observe_corrections(const features::AuditEvent& event, const features::CountedEvent& counted);
  [[nodiscard]] std::int64_t aside_of(const features::AuditEvent& event, const features::Posting& posting,
                                      const Entity& owner);
  [[nodiscard]] static std::string_view object_of(const features::AuditEvent& event, const features::Posting& posting);
  Entity& touch_tenant(const features::CountedEvent& counted, std::int32_t hour);
  void observe_object(const features::AuditEvent& event, Touched& touched);

  [[nodiscard]] Case open_case(const Touched& touched, const features::AuditEvent& event, const Origin& origin,
                               features::LogTime log_time) const;
  // False where nothing about the case is odd.
  bool investigate(const Touched& touched, Case& finding);
  void investigate_around(const Touched& touched, Case& finding, Entity*& reported);
  [[nodiscard]] bool newcomer_takes_whole_objects(const Touched& touched, const Case& finding,
                                                  const VolumeScore& volume) const;
  [[nodiscard]] bool trip_counts(const Entity& owner, const Case& finding) const;
  [[nodiscard]] bool still_deviates(const Case& finding, const Episode& episode) const;
  void decide(const Touched& touched, Case& finding, Entity& reported, const features::CountedEvent& counted);
  [[nodiscard]] bool weighty(Case& finding) const;

  Unsaid* unsaid_of(features::Fingerprint entity);
  Unsaid& note_unsaid(features::Fingerprint entity);
  void keep_record(Unsaid& unsaid, const Case& finding);
  void remember_unsaid(const Case& finding, const Entity& entity);
  void forget_unsaid(Tenant& tenant, features::Fingerprint entity);
  void settle_quiet(const features::CountedEvent& counted);
  void tell(Unsaid unsaid, features::Fingerprint tenant);
  void tell_growth(Settling& settling, const Touched& touched, Case& finding, DecisionRecord& record);
  void tell_correction(Settling& settling, const Touched& touched, Case& finding, DecisionRecord& record);

  void follow_rows(const features::AuditEvent& event, const features::CountedEvent& counted, const Origin& origin,
                   features::LogTime log_time);
  [[nodiscard]] Entity* losing_to(const Entity& entity);
  [[nodiscard]] Arrival where_rows_went(const Episode& episode, const features::CountedEvent& counted) const;
  void pass_on(Entity& from, Entity& to);
  void withhold_learnt(Entity& entity);
  [[nodiscard]] bool all_is_known(const features::AuditEvent& event, const Arrival& arrival, const Entity& from,
                                  const Entity& holder) const;
  void tell_now(features::Fingerprint entity, const features::CountedEvent& counted);
  bool hold_back(const Touched& touched, const features::AuditEvent& event, const features::CountedEvent& counted,
                 const Origin& origin, features::LogTime log_time);
  void note_anomaly(const Touched& touched, const Case& finding, std::vector<Anomaly>& anomalies);
  void take_out(const Entity& owner, features::Fingerprint key, const Episode& episode);

  [[nodiscard]] double least_records() const { return static_cast<double>(options_.min_material_records); }

  Options options_;
  Budget budget_;
  EntityStore& store_;
  Tenant* tenant_ = nullptr;  // of the event in hand
  std::vector<Touched> touched_;
  std::vector<Correction> corrections_;
  Entity* leaving_ = nullptr;     // has the episode whose rows the event in hand moves or corrects
  std::int64_t aside_taken_ = 0;  // of estimates set aside, by the event in hand
  std::vector<Proposal> proposals_;
  std::deque<Settling> settling_;  // proposals point into it
};

}  // namespace outflow::detector
