#include "tests/scenarios/generator.h"

#include <algorithm>
#include <limits>

#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace {

class Book {  // keeps the truth while the days go by
 public:
  explicit Book(const Fleet& fleet) {
    truth_.options = fleet.options;
    for (const Org& org : fleet.orgs) entities_.emplace_back(org.clients.size());
  }

  void enter(const Activity& a) {
    if (a.app_unknown) return enter_unnamed_theft(a);
    EntityTruth& entity = entities_[static_cast<std::size_t>(a.org->index)][static_cast<std::size_t>(a.client->index)];
    if (entity.entity.empty()) {
      entity = {a.org->id,
                a.client->is_integration(),
                std::string(a.client->entity()),
                a.client->is_integration() ? a.client->app_name : a.client->username,
                0,
                a.start_ms,
                a.start_ms};
    }
    entity.records += a.rows_taken();
    entity.first_ms = std::min(entity.first_ms, a.start_ms);
    entity.last_ms = std::max(entity.last_ms, a.start_ms + a.duration_ms);
    if (a.theft) enter_theft(a);
  }

  void enter(const Record& record) {
    ++truth_.records_written;
    ++truth_.written_by_type[static_cast<std::size_t>(record.type)];
  }

  Truth close() {
    for (auto& org : entities_) {
      for (auto& entity : org) {
        if (!entity.entity.empty()) truth_.entities.push_back(std::move(entity));
      }
    }
    if (!unnamed_.entity.empty()) truth_.entities.push_back(std::move(unnamed_));
    return std::move(truth_);
  }

 private:
  // Nothing in the logs leads from these rows to the app: an honest count has them at its user.
  void enter_unnamed_theft(const Activity& a) {
    if (unnamed_.entity.empty()) {
      unnamed_ = {a.org->id, false, a.client->user_id, a.client->username, 0, a.start_ms, a.start_ms};
    }
    unnamed_.records += a.rows_taken();
    unnamed_.last_ms = std::max(unnamed_.last_ms, a.start_ms + a.duration_ms);
    enter_theft(a);
  }

  void enter_theft(const Activity& a) {
    if (!truth_.attack) {
      truth_.attack.emplace();
      truth_.attack->tenant_id = a.org->id;
      truth_.attack->entity = a.app_unknown ? std::string_view(a.client->user_id) : a.client->entity();
      truth_.attack->name = a.client->app_name;
      truth_.attack->client_ip = a.ip;
      truth_.attack->reconnaissance_ms = a.start_ms;
    }
    truth_.attack->records += a.rows_taken();
    if (a.kind == Kind::kBulk2Job) {
      truth_.attack->start_ms = a.start_ms;
      truth_.attack->end_ms = a.start_ms + a.duration_ms;
    }
  }

  Truth truth_;
  EntityTruth unnamed_;
  std::vector<std::vector<EntityTruth>> entities_;
};

void live(const Fleet& fleet, const Org& org, Day& day) {
  for (const Client& client : org.clients) {
    if (day.index < client.first_day) continue;
    DayOf life(fleet.options, org, client, day);
    live_as_integration(life, fleet.options);
    if (fleet.options.attack == Attack::kDrift && org.index == 0 && client.index == 0) {
      steal_like_drift(fleet.options, org, client, day);
    }
  }
}

void append_string(std::string& out, const char* name, std::string_view value) {
  out += std::string("\"") + name + "\": \"" + std::string(value) + "\"";
}

void append_count(std::string& out, const char* name, std::uint64_t value) {
  out += std::string("\"") + name + "\": " + std::to_string(value);
}

void append_entity(std::string& out, const EntityTruth& entity) {
  out += "    {";
  append_string(out, "tenant_id", entity.tenant_id);
  append_string(out += ", ", "entity_type", entity.integration ? "integration" : "user");
  append_string(out += ", ", "entity", entity.entity);
  append_string(out += ", ", "name", entity.name);
  append_count(out += ", ", "records", entity.records);
  append_count(out += ", ", "first_ms", static_cast<std::uint64_t>(entity.first_ms));
  append_count(out += ", ", "last_ms", static_cast<std::uint64_t>(entity.last_ms));
  out += "}";
}

void append_attack(std::string& out, const AttackTruth& attack) {
  out += "{";
  append_string(out, "tenant_id", attack.tenant_id);
  append_string(out += ", ", "entity", attack.entity);
  append_string(out += ", ", "name", attack.name);
  append_string(out += ", ", "client_ip", attack.client_ip);
  append_count(out += ", ", "reconnaissance_ms", static_cast<std::uint64_t>(attack.reconnaissance_ms));
  append_count(out += ", ", "start_ms", static_cast<std::uint64_t>(attack.start_ms));
  append_count(out += ", ", "end_ms", static_cast<std::uint64_t>(attack.end_ms));
  append_count(out += ", ", "records", attack.records);
  out += "}";
}

}  // namespace

Truth generate(const FleetOptions& options, ElfShape elf_shape, RecordSink& sink) {
  const Fleet fleet = make_fleet(options);
  const RenderOptions rendering{options.format, elf_shape, options.duplicate_share, options.late_files,
                                options.bulk_results};
  Book book(fleet);
  RecordBatch batch;
  const auto pass_on = [&](const Record& record) {
    book.enter(record);
    sink.take(record);
  };
  Day day;
  for (day.index = 0; day.index < options.weeks * 7; ++day.index) {
    day.start_ms = options.start_ms + day.index * kDay;
    batch.drain(day.start_ms, pass_on);
    for (const Org& org : fleet.orgs) {
      day.activities.clear();
      day.sessions.clear();
      live(fleet, org, day);
      for (const Activity& activity : day.activities) {
        if (render(activity, rendering, batch) > 0) book.enter(activity);
      }
    }
  }
  batch.drain(std::numeric_limits<std::int64_t>::max(), pass_on);
  return book.close();
}

std::string to_json(const Truth& truth) {
  std::string out = "{\n  ";
  append_count(out, "seed", truth.options.seed);
  append_count(out += ", ", "weeks", static_cast<std::uint64_t>(truth.options.weeks));
  append_count(out += ", ", "start_ms", static_cast<std::uint64_t>(truth.options.start_ms));
  append_count(out += ", ", "records_written", truth.records_written);
  out += ",\n  \"written_by_type\": {";
  for (int type = 0; type < kRecordTypes; ++type) {
    if (type > 0) out += ", ";
    append_count(out, std::string(name_of(static_cast<RecordType>(type))).c_str(),
                 truth.written_by_type[static_cast<std::size_t>(type)]);
  }
  out += "},\n  \"attack\": ";
  if (truth.attack) {
    append_attack(out, *truth.attack);
  } else {
    out += "null";
  }
  out += ",\n  \"entities\": [\n";
  for (std::size_t i = 0; i < truth.entities.size(); ++i) {
    append_entity(out, truth.entities[i]);
    out += i + 1 < truth.entities.size() ? ",\n" : "\n";
  }
  return out + "  ]\n}\n";
}

}  // namespace outflow::scenarios
