#include "connectors/files/record_reader.h"

#include <algorithm>

#include "connectors/decode/columns.h"
#include "connectors/files/json_writer.h"

namespace outflow::connectors {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpaces = " \t\r\n";

// A name that only a header holds, among a row's values.
bool names_a_log_column(std::string_view field) noexcept {
  const Column column = column_of(field);
  return column == Column::kElfEventType || column == Column::kEventDate || column == Column::kElfTimestampDerived;
}

// Whether these bytes can be one JSON document at all.
bool is_readable(RejectReason reason) noexcept {
  switch (reason) {
    case RejectReason::kNone:
    case RejectReason::kUnknownShape:
    case RejectReason::kMissingTime:
    case RejectReason::kBadTime:
    case RejectReason::kMissingEventType:
    case RejectReason::kBadNumber:
      return true;
    default:
      return false;
  }
}

}  // namespace

RecordReader::RecordReader(std::unique_ptr<ByteSource> source, const DecodeOptions& options)
    : RecordReader(std::move(source), options, ReadPosition{}) {}

RecordReader::RecordReader(std::unique_ptr<ByteSource> source, const DecodeOptions& options, ReadPosition position)
    : options_(options),
      window_(std::move(source), position.offset, position.line),
      decoder_(options),
      format_(position.format),
      csv_(options.max_record_bytes),
      json_(position.layout, options.max_record_bytes),
      layout_(position.layout),
      header_(std::move(position.header)),
      skip_events_(position.event_index) {
  if (format_ == ReadPosition::Format::kCsv) {
    const std::vector<std::string_view> columns(header_.begin(), header_.end());
    (void)decoder_.csv_header(columns);  // it was accepted before
    first_header_ = false;
  }
}

ReadPosition RecordReader::position() const {
  return {format_, layout_, window_.offset(), window_.line(), event_index_, header_};
}

Result<bool> RecordReader::next() {
  if (inside_record_ && next_of_record()) return true;
  event_index_ = 0;
  from_csv_ = false;
  raw_json_ = {};
  if (format_ == ReadPosition::Format::kUnknown) find_format();
  bool at_end = false;
  while (!at_end) {
    const bool found = format_ == ReadPosition::Format::kCsv ? next_csv(at_end) : next_json(at_end);
    if (found) return true;
  }
  if (window_.failure() && !failure_told_) {
    failure_told_ = true;
    return *window_.failure();
  }
  return false;
}

void RecordReader::find_format() {
  while (window_.view().size() < kByteOrderMark.size() && window_.more()) {
  }
  if (window_.view().starts_with(kByteOrderMark)) window_.consume(kByteOrderMark.size());
  format_ = ReadPosition::Format::kJson;
  std::size_t begin = window_.view().find_first_not_of(kSpaces);
  while (begin == std::string_view::npos && window_.view().size() <= options_.max_record_bytes && window_.more()) {
    begin = window_.view().find_first_not_of(kSpaces);
  }
  if (begin == std::string_view::npos) return;
  const char first = window_.view()[begin];
  if (first == '{' || first == '[') {
    layout_ = layout_of(window_, options_.max_record_bytes);
    json_ = JsonReader(layout_, options_.max_record_bytes);
  } else if (starts_csv()) {
    format_ = ReadPosition::Format::kCsv;
  }
}

// Whether the first row is a header. It stays unread: next_csv() finds it again and takes it.
bool RecordReader::starts_csv() {
  CsvReader probe(options_.max_record_bytes);
  if (!probe.next(window_)) return false;
  return probe.reject() == RejectReason::kNone && take_header(probe.fields());
}

bool RecordReader::take_header(std::span<const std::string_view> fields) {
  // Spaces around a name, as in `EVENT_TYPE, TIMESTAMP`, are not part of it.
  std::vector<std::string> names;
  for (std::string_view field : fields) {
    while (field.starts_with(' ')) field.remove_prefix(1);
    while (field.ends_with(' ')) field.remove_suffix(1);
    names.emplace_back(field);
  }
  const std::vector<std::string_view> columns(names.begin(), names.end());
  const bool known = static_cast<bool>(decoder_.csv_header(columns));
  if (known) header_ = std::move(names);
  return known;
}

void RecordReader::take(const Decoded& decoded, std::uint64_t line) {
  decoded_ = &decoded;
  line_ = line;
  skip_events_ = 0;
}

bool RecordReader::next_of_record() {
  const Decoded* const decoded = decoder_.next();
  inside_record_ = decoded != nullptr;
  if (!inside_record_) return false;
  decoded_ = decoded;
  ++event_index_;
  if (is_readable(decoded->reject)) raw_json_ = record_bytes_;  // its first part may have been broken
  return true;
}

// Its first event, or that at which the reader was parked.
bool RecordReader::take_record(std::string_view bytes, std::uint64_t line) {
  const std::int32_t skip = skip_events_;
  take(decoder_.decode_json(bytes), line);
  inside_record_ = true;
  record_bytes_ = bytes;
  if (is_readable(decoded_->reject)) raw_json_ = bytes;
  for (std::int32_t i = 0; i < skip; ++i) {
    if (!next_of_record()) break;
  }
  return true;
}

const Decoded& RecordReader::rejected(RejectReason reason) {
  rejected_ = Decoded{};
  rejected_.reject = reason;
  rejected_.detail = "the record cannot be read";
  return rejected_;
}

bool RecordReader::next_json(bool& at_end) {
  if (!json_.next(window_)) {
    at_end = true;
    return false;
  }
  if (json_.reject() != RejectReason::kNone) {
    take(rejected(json_.reject()), json_.line());
    return true;
  }
  const std::string_view raw = json_.raw();
  const bool is_object = raw.starts_with('{');
  if (!is_object && layout_ == JsonLayout::kLines && raw.find(',') != std::string_view::npos &&
      (raw.find("EVENT_TYPE") != std::string_view::npos || raw.find("EventDate") != std::string_view::npos) &&
      starts_csv()) {
    format_ = ReadPosition::Format::kCsv;  // the header itself is read next
    json_ = JsonReader(layout_, options_.max_record_bytes);
    return false;
  }
  return take_record(raw, json_.line());
}

bool RecordReader::is_header(std::span<const std::string_view> fields) const {
  if (fields.size() == header_.size() && std::equal(fields.begin(), fields.end(), header_.begin())) return true;
  if (fields.empty() || column_of(fields[0]) == Column::kOther) return false;
  return std::any_of(fields.begin(), fields.end(), names_a_log_column);
}

bool RecordReader::next_csv(bool& at_end) {
  if (!csv_.next(window_)) {
    at_end = true;
    return false;
  }
  const bool wrong = csv_.reject() != RejectReason::kNone || csv_.fields().size() != header_.size();
  if (wrong && csv_.raw().starts_with("{\"") && csv_.reject() != RejectReason::kTooLarge) {
    const std::string_view line = csv_.raw().substr(0, csv_.raw().find('\n'));
    return take_record(line, csv_.line());
  }
  if (csv_.reject() != RejectReason::kNone) {
    take(rejected(csv_.reject()), csv_.line());
    return true;
  }
  if (is_header(csv_.fields())) {
    if (!first_header_) ++repeated_headers_;
    first_header_ = false;
    if (!take_header(csv_.fields())) take(rejected(RejectReason::kMalformedCsv), csv_.line());
    return false;
  }
  take(decoder_.decode_csv_row(csv_.fields()), csv_.line());
  from_csv_ = is_readable(decoded_->reject);
  return true;
}

std::string_view RecordReader::json() {
  if (!from_csv_) return raw_json_;
  written_json_.clear();
  JsonWriter writer(written_json_);
  writer.begin();
  const std::span<const std::string_view> fields = csv_.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) writer.text(header_[i], fields[i]);
  writer.end();
  return written_json_;
}

}  // namespace outflow::connectors
