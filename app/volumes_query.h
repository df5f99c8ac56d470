// What of a count is asked for: the narrowing and the split of `outflow volumes`.
//
// Joins come first: an integration is the one that a record belongs to after all joins; address, agent and session are
// the record's own. Several values of one option are alternatives; different options all hold. Immutable once made; one
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "connectors/hunt/network.h"
#include "features/result.h"
#include "features/time_window.h"
#include "features/volume_report.h"

namespace outflow::app {

struct VolumesQueryArguments {
  std::string from, to;
  std::vector<std::string> integrations, users, addresses, sessions, objects, agents, tenants;
  std::vector<std::string> by;
  void add_to(CLI::App& command);
};

class VolumesQuery {
 public:
  // Refuses unreadable times and networks, and unknown splits, saying what would be right.
  static Result<VolumesQuery> make(const VolumesQueryArguments& arguments);

  [[nodiscard]] const features::TimeWindow& window() const { return window_; }
  // What a record carries through the count; empty where nothing asks for its address, agent or session.
  void tag_of(const features::AuditEvent& event, std::string& out) const;
  // Into the row of which values of the split a part goes; nullopt: it is not asked for. `class_names` names classes.
  [[nodiscard]] std::optional<std::vector<std::string>> row_of(const features::VolumePart& part) const;
  [[nodiscard]] const std::vector<std::string>& split() const { return by_; }  // day, hour, object, ...
  // Shows the names of classes; without it they show as numbers.
  void name_classes(std::function<std::vector<std::string>(features::DataClasses)> names) { names_ = std::move(names); }

 private:
  [[nodiscard]] bool asks_for(const features::VolumePart& part, std::string_view address, std::string_view agent,
                              std::string_view session, std::string_view login) const;

  VolumesQueryArguments wanted_;
  features::TimeWindow window_;
  std::vector<connectors::Network> networks_;
  std::vector<std::string> by_;
  bool with_address_ = false, with_agent_ = false, with_session_ = false;
  std::function<std::vector<std::string>(features::DataClasses)> names_;
};

// ISO 8601 dates and times, UTC where no zone is named: 2026-08-17, 2026-08-17T11:15, 2026-08-17T11:15:42.5+02:00.
[[nodiscard]] std::optional<features::EventTime> parse_moment(std::string_view text);

}  // namespace outflow::app
