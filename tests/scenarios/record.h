// Record: one log record that describes an activity, ready to be written.
//
// A RecordBatch owns the text of its records; a Record's `text` is valid while its batch is neither changed nor gone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/scenarios/activity.h"

namespace outflow::scenarios {

enum class RecordType : std::uint8_t {
  // Real-time event monitoring
  kApiEvent,
  kBulkApiResultEvent,
  kReportEvent,
  kListViewEvent,
  kLightningUriEvent,
  kLoginEvent,
  kFileEvent,
  // EventLogFile
  kApi,
  kRestApi,
  kApiTotalUsage,
  kBulkApi,
  kBulkApi2,
  kBulkApiRequest,
  kReport,
  kSearch,
  kContentTransfer,
  kUri,
  kLogin,
};
inline constexpr int kRecordTypes = 18;
[[nodiscard]] std::string_view name_of(RecordType type) noexcept;  // "ApiEvent", "RestApi", …
[[nodiscard]] constexpr bool is_elf(RecordType type) noexcept {
  return type >= RecordType::kApi;
}

struct Record {
  RecordType type{};
  bool daily = false;  // of a daily file that repeats hourly ones
  const Org* org = nullptr;
  std::int64_t event_ms = 0;
  std::int64_t arrival_ms = 0;  // when the log gets it
  std::string_view text;        // without a line end
};

// How ELF rows are written: as CSV rows, or as JSON objects under their CSV column names.
enum class ElfShape : std::uint8_t { kCsv, kJson };

class RecordBatch {
 public:
  // The text to append a record to; add() makes it a record.
  std::string& text() { return text_; }
  void add(RecordType type, const Org& org, std::int64_t event_ms, std::int64_t arrival_ms);
  // The last record once more, arriving later.
  void repeat_last(std::int64_t arrival_ms, bool daily);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  // Calls `visit(Record)` in order of arrival for those arriving before `until_ms`; the others remain.
  template <typename Visit>
  void drain(std::int64_t until_ms, Visit visit);

 private:
  struct Entry {
    std::int64_t arrival_ms;
    std::uint64_t sequence;
    std::int64_t event_ms;
    const Org* org;
    std::size_t begin;
    std::uint32_t length;
    RecordType type;
    bool daily;
  };
  void sort_by_arrival();
  void keep_from(std::size_t first);

  std::string text_;
  std::size_t end_ = 0;  // of the last record's text
  std::uint64_t sequence_ = 0;
  std::vector<Entry> entries_;
};

template <typename Visit>
void RecordBatch::drain(std::int64_t until_ms, Visit visit) {
  sort_by_arrival();
  std::size_t done = 0;
  for (; done < entries_.size() && entries_[done].arrival_ms < until_ms; ++done) {
    const Entry& entry = entries_[done];
    visit(Record{entry.type, entry.daily, entry.org, entry.event_ms, entry.arrival_ms,
                 std::string_view(text_).substr(entry.begin, entry.length)});
  }
  keep_from(done);
}

struct RenderOptions {
  Format format = Format::kMixed;
  ElfShape elf_shape = ElfShape::kJson;
  double duplicate_share = 0.0;
  bool late_files = false;
  bool bulk_results = false;
};

// Appends the records that tell of an activity; returns how many (0: this format's logs are silent about it).
std::size_t render(const Activity& activity, const RenderOptions& options, RecordBatch& out);

// The header row of an ELF type's CSV files.
[[nodiscard]] std::string elf_header(RecordType type);

namespace render_detail {  // shared by render_rtem.cc and render_elf.cc only

void append_number(std::string& out, std::uint64_t value);
// Identifiers, derived from an activity's id and the number of the record within it.
void append_uuid(std::string& out, std::uint64_t id, std::uint64_t part);
void append_request_id(std::string& out, std::uint64_t id, std::uint64_t part);
void append_job_id(std::string& out, std::uint64_t id);
void append_query(std::string& out, const Activity& activity);

void render_rtem(const Activity& activity, const RenderOptions& options, RecordBatch& out);
void render_elf(const Activity& activity, const RenderOptions& options, RecordBatch& out);
// Only the event that says a bulk job's results were fetched: at once, without a count.
void render_bulk_result(const Activity& activity, const RenderOptions& options, RecordBatch& out);
// Only the rows that repeat what a REST query's RTEM record says, under the same request id.
void render_elf_echo(const Activity& activity, const RenderOptions& options, RecordBatch& out);

}  // namespace render_detail
}  // namespace outflow::scenarios
