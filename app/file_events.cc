#include "app/file_events.h"

#include <algorithm>
#include <cstdio>

#include "app/volumes_output.h"
#include "connectors/files/input.h"

namespace outflow::app {
namespace {

// Ids, requests and jobs kept: 1 to 3 GB at most. Beyond it the oldest hours are forgotten, and said to be.
constexpr std::size_t kMaxEntries = 20'000'000;

std::string separated(std::uint64_t count) {
  return with_separators(static_cast<std::int64_t>(count));
}

}  // namespace

std::uint64_t EventTally::rejected() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : rejects) sum += count;
  return sum;
}

features::CountingOptions file_counting(const Config& config) {
  features::CountingOptions counting = config.detection.counting;
  counting.cut_late = false;
  counting.max_entries = std::min(counting.max_entries, kMaxEntries);
  return counting;
}

std::shared_ptr<const connectors::ExposureCatalogue> exposure_of(const connectors::DecodeOptions& options) {
  return options.exposure ? options.exposure : connectors::ExposureCatalogue::built_in();
}

Result<> read_events(const std::vector<std::string>& paths, const connectors::DecodeOptions& options, EventTally& tally,
                     const VisitEvent& visit) {
  connectors::InputOptions input_options;
  input_options.decode = options;
  Result<connectors::Input> input = connectors::Input::open(paths, input_options);
  if (!input) return Error{ErrorCode::kStop, input.error().message};
  connectors::InputRecord record;
  while (true) {
    const Result<bool> more = input->next(record);
    if (!more) return more.error();
    if (!*more) return Ok{};
    ++tally.records;
    if (record.decoded->ok()) {
      visit(record.decoded->event);
    } else {
      ++tally.rejects[std::string(connectors::name_of(record.decoded->reject))];
    }
  }
}

void summarise(const EventTally& tally, const features::CountingStats& stats) {
  std::fprintf(stderr, "%s records read, %s counted, %s duplicates, %s late, %s rejected\n",
               separated(tally.records).c_str(), separated(stats.events - stats.duplicates - stats.late).c_str(),
               separated(stats.duplicates).c_str(), separated(stats.late).c_str(), separated(tally.rejected()).c_str());
  for (const auto& [reason, count] : tally.rejects) {
    std::fprintf(stderr, "  rejected as %s: %llu\n", reason.c_str(), static_cast<unsigned long long>(count));
  }
  if (stats.forgotten_entries > 0) {
    std::fprintf(stderr,
                 "warning: too much to remember at once: %llu entries of the oldest hours were forgotten, and repeats "
                 "of records in them were counted as late\n",
                 static_cast<unsigned long long>(stats.forgotten_entries));
  }
}

bool write_output(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

}  // namespace outflow::app
