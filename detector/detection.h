// Detection: what one counted event does to the entities, and what is decided about it.
//
// Three phases, so that replaying with recorded decisions takes the very same path: observe() adds what was counted,
// judge() scores it and proposes decisions without applying any, settle() applies decisions - the proposed ones, or
// those recorded in an earlier life. Only settle() changes episodes by decision; the prolonging of an open episode
// and the time of the last anomaly are recomputed by judge(), also in replay.
//
// Who an alert is about: the owner of the rows (integration, or user where none is named) if it, its actor or the
// pair deviates; else the address; else the tenant. Rows an alert speaks of are taken out of the other entities'
// hours, and rows of an owner with an open episode do not enter them: the same rows never alert twice.
//
// Volume alone has to be material: Options say how many records a window must hold before it alerts.
//
// Deterministic, one thread. Views in proposals die with the event.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "detector/budget.h"
#include "detector/decision.h"
#include "detector/entity_store.h"
#include "detector/explanation.h"
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
    bool worth = false;  // something changed enough to be scored
    Trip trip;
  };

  Entity& touch(features::Fingerprint key, features::EntityType type, std::int32_t hour);
  Entity* touch_known(features::Fingerprint key, std::int32_t hour);
  void bring_up_to(Entity& entity, std::int32_t hour);
  void add(Entity* entity, const features::Posting& posting, Touched& touched);
  void observe_owner(const features::AuditEvent& event, const features::Owner& owner, const features::Owner& actor,
                     std::int32_t hour);
  void observe_posting(const features::AuditEvent& event, const features::CountedEvent& counted,
                       const features::Posting& posting);
  void observe_corrections(const features::CountedEvent& counted);
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
  [[nodiscard]] Entity* episode_that_moved(const Touched& touched) const;
  [[nodiscard]] bool weighty(Case& finding) const;
  void remember_unsaid(const Case& finding, const Entity& entity);
  void forget_unsaid(features::Fingerprint entity);
  void settle_quiet(const features::CountedEvent& counted);
  void tell_final(Settling& settling, const features::CountedEvent& counted);
  void note_anomaly(const Touched& touched, const Case& finding, std::vector<Anomaly>& anomalies);
  void take_out(const Entity& owner, features::Fingerprint key, const Episode& episode);

  [[nodiscard]] double least_records() const { return static_cast<double>(options_.min_material_records); }

  Options options_;
  Budget budget_;
  EntityStore& store_;
  Tenant* tenant_ = nullptr;  // of the event in hand
  std::vector<Touched> touched_;
  std::vector<Proposal> proposals_;
  std::vector<Settling> settling_;  // proposals point into it
};

}  // namespace outflow::detector
