#include "tests/scenarios/record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "tests/scenarios/calendar.h"

namespace outflow::scenarios {
namespace {

constexpr std::array<std::string_view, kRecordTypes> kNames = {"ApiEvent",
                                                               "BulkApiResultEvent",
                                                               "ReportEvent",
                                                               "ListViewEvent",
                                                               "LightningUriEvent",
                                                               "LoginEvent",
                                                               "FileEvent",
                                                               "API",
                                                               "RestApi",
                                                               "ApiTotalUsage",
                                                               "BulkApi",
                                                               "BulkApi2",
                                                               "BulkApiRequest",
                                                               "Report",
                                                               "Search",
                                                               "ContentTransfer",
                                                               "URI",
                                                               "Login"};

constexpr std::string_view kBase36 = "0123456789abcdefghijklmnopqrstuvwxyz";

}  // namespace

std::string_view name_of(RecordType type) noexcept {
  return kNames[static_cast<std::size_t>(type)];
}

void RecordBatch::add(RecordType type, const Org& org, std::int64_t event_ms, std::int64_t arrival_ms) {
  entries_.push_back(
      {arrival_ms, sequence_++, event_ms, &org, end_, static_cast<std::uint32_t>(text_.size() - end_), type, false});
  end_ = text_.size();
}

void RecordBatch::repeat_last(std::int64_t arrival_ms, bool daily) {
  Entry entry = entries_.back();
  entry.arrival_ms = arrival_ms;
  entry.sequence = sequence_++;
  entry.daily = daily;
  entries_.push_back(entry);
}

void RecordBatch::sort_by_arrival() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return a.arrival_ms != b.arrival_ms ? a.arrival_ms < b.arrival_ms : a.sequence < b.sequence;
  });
}

void RecordBatch::keep_from(std::size_t first) {
  std::string kept;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first));
  for (Entry& entry : entries_) {
    const std::size_t begin = kept.size();
    kept.append(text_, entry.begin, entry.length);
    entry.begin = begin;
  }
  text_.clear();  // keeps its memory for the next day
  text_ += kept;
  end_ = text_.size();
}

std::size_t render(const Activity& activity, const RenderOptions& options, RecordBatch& out) {
  const std::size_t before = out.size();
  bool elf = options.format == Format::kElfCsv;
  if (options.format == Format::kMixed) {
    elf = activity.kind == Kind::kSoapQuery || activity.kind == Kind::kBulk1Job || activity.kind == Kind::kBulk2Job ||
          activity.kind == Kind::kSearch || activity.kind == Kind::kFileDownload;
    const bool echoes = activity.kind == Kind::kQuery && activity.pages == 1 && activity.reach != Reach::kCount;
    if (echoes && mix(activity.id) % 10 == 0) render_detail::render_elf_echo(activity, options, out);
    const bool bulk = activity.kind == Kind::kBulk1Job || activity.kind == Kind::kBulk2Job;
    if (bulk && (activity.theft || options.bulk_results)) render_detail::render_bulk_result(activity, options, out);
  }
  if (elf) {
    render_detail::render_elf(activity, options, out);
  } else {
    render_detail::render_rtem(activity, options, out);
  }
  return out.size() - before;
}

namespace render_detail {

void append_number(std::string& out, std::uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

void append_uuid(std::string& out, std::uint64_t id, std::uint64_t part) {
  const std::uint64_t halves[2] = {mix(id * 2 + part * 0x51ED27), mix(id * 2 + 1 + part * 0x9E3779)};
  char digits[36];
  std::size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) digits[at++] = '-';
    digits[at++] = kBase36[(halves[nibble / 16] >> (nibble % 16 * 4)) & 15U];
  }
  out.append(digits, at);
}

void append_request_id(std::string& out, std::uint64_t id, std::uint64_t part) {
  char digits[20] = {'4'};
  std::uint64_t bits = mix(id ^ mix(part + 77));
  for (std::size_t i = 1; i < sizeof digits; ++i) {
    if (i == 11) bits = mix(bits ^ id);
    digits[i] = kBase36[bits % 36];
    bits /= 36;
  }
  out.append(digits, sizeof digits);
}

void append_job_id(std::string& out, std::uint64_t id) {
  out += "750";
  std::uint64_t bits = mix(id ^ 0x750);
  for (int i = 0; i < 12; ++i, bits /= 36) out += kBase36[bits % 36];
}

void append_query(std::string& out, const Activity& activity) {
  if (activity.reach == Reach::kCount) {
    out += "SELECT COUNT() FROM ";
    out += activity.object;
    return;
  }
  out += "SELECT Id, Name, OwnerId, LastModifiedDate FROM ";
  out += activity.object;
  if (activity.kind == Kind::kBulk2Job || activity.kind == Kind::kBulk1Job) {
    if (!activity.filtered) return;
    out += " WHERE LastModifiedDate > ";
    append_iso(out, activity.start_ms - kDay, "Z");
    return;
  }
  if (activity.reach == Reach::kLimited) {
    out += " ORDER BY LastModifiedDate DESC LIMIT ";
    append_number(out, activity.rows);
    return;
  }
  out += " WHERE LastModifiedDate > ";
  append_iso(out, activity.start_ms - kHour, "Z");
  out += " ORDER BY LastModifiedDate ASC";
}

}  // namespace render_detail
}  // namespace outflow::scenarios
