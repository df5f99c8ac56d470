// outflow decode: shows what every record is read as. This is how a user tests what Outflow makes of a log.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_line.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/input_arguments.h"
#include "connectors/decode/exposure_catalogue.h"
#include "connectors/files/input.h"

namespace outflow::app {
namespace {

constexpr std::size_t kFlushBytes = 256U << 10;
constexpr std::size_t kReasons = connectors::kRejectReasons;

struct DecodeArguments {
  InputArguments input;
  std::string rejects;
};

// A stream that is written in large pieces. A reader that has gone away is no failure: it has what it wanted.
class LineOutput {
 public:
  LineOutput(std::FILE* stream, std::string name) : stream_(stream), name_(std::move(name)) {}

  [[nodiscard]] std::string& buffer() { return buffer_; }

  bool flush_if_large() { return buffer_.size() < kFlushBytes || flush(); }

  // False where nothing more can be written.
  bool flush() {
    const std::size_t written = std::fwrite(buffer_.data(), 1, buffer_.size(), stream_);
    const bool ok = written == buffer_.size() && std::fflush(stream_) == 0;
    buffer_.clear();
    if (!ok && errno != EPIPE) {
      failed_ = true;
      std::fprintf(stderr, "outflow decode: cannot write %s: %s\n", name_.c_str(), std::strerror(errno));
    }
    return ok;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::FILE* stream_;
  std::string name_;
  std::string buffer_;
  bool failed_ = false;
};

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

int complain(const Error& error) {
  std::fprintf(stderr, "outflow decode: %s\n", error.message.c_str());
  return kExitFailure;
}

void print_summary(const connectors::InputProgress& progress, const std::array<std::uint64_t, kReasons>& rejects) {
  std::string line = std::to_string(progress.records) + " records read, " +
                     std::to_string(progress.records - progress.rejects) + " decoded, " +
                     std::to_string(progress.rejects) + " rejected";
  const char* separator = " (";
  for (std::size_t i = 1; i < kReasons; ++i) {
    if (rejects[i] == 0) continue;
    line += separator;
    line += connectors::name_of(static_cast<connectors::RejectReason>(i));
    line += " " + std::to_string(rejects[i]);
    separator = ", ";
  }
  if (progress.rejects > 0) line += ")";
  if (progress.repeated_headers > 0) line += ", " + std::to_string(progress.repeated_headers) + " repeated headers";
  std::fprintf(stderr, "%s\n", line.c_str());
}

// Reads everything; false where output is no longer wanted or possible.
bool decode_all(connectors::Input& input, const connectors::ExposureCatalogue& exposure, LineOutput& events,
                LineOutput* rejects, std::array<std::uint64_t, kReasons>& reasons, bool& input_failed) {
  connectors::InputRecord record;
  while (true) {
    const auto found = input.next(record);
    if (!found) {
      complain(found.error());
      input_failed = true;
      continue;
    }
    if (!*found) return true;
    if (record.decoded->ok()) {
      append_event_line(record, exposure, events.buffer());
      if (!events.flush_if_large()) return false;
      continue;
    }
    ++reasons[static_cast<std::size_t>(record.decoded->reject)];
    if (rejects == nullptr) continue;
    append_reject_line(record, rejects->buffer());
    if (!rejects->flush_if_large()) return false;
  }
}

int run_decode(const DecodeArguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  connectors::InputOptions options;
  const Result<Config> config = load_config(arguments.input.config);
  Result<connectors::DecodeOptions> decode =
      config ? decode_options(*config, arguments.input.extras()) : Result<connectors::DecodeOptions>(config.error());
  if (!decode) {
    complain(decode.error());
    return kExitConfiguration;
  }
  options.decode = std::move(*decode);
  const auto exposure = options.decode.exposure ? options.decode.exposure : connectors::ExposureCatalogue::built_in();
  auto input = connectors::Input::open(arguments.input.inputs, options);
  if (!input) return complain(input.error());
  std::unique_ptr<std::FILE, CloseFile> rejects_file;
  std::optional<LineOutput> rejects;
  if (!arguments.rejects.empty()) {
    rejects_file.reset(std::fopen(arguments.rejects.c_str(), "w"));
    if (rejects_file == nullptr) {
      return complain({ErrorCode::kStop, "cannot write " + arguments.rejects + ": " + std::strerror(errno)});
    }
    rejects.emplace(rejects_file.get(), arguments.rejects);
  }
  LineOutput events(stdout, "standard output");
  std::array<std::uint64_t, kReasons> reasons{};
  bool input_failed = false;
  const bool complete = decode_all(*input, *exposure, events, rejects ? &*rejects : nullptr, reasons, input_failed);
  if (complete) {
    events.flush();
    print_summary(input->progress(), reasons);
  }
  if (rejects) rejects->flush();
  const bool failed = input_failed || events.failed() || (rejects && rejects->failed());
  const connectors::InputProgress progress = input->progress();
  const bool nothing_read = progress.records > 0 && progress.records == progress.rejects;
  return failed || nothing_read ? kExitFailure : kExitOk;
}

}  // namespace

void add_decode_command(CLI::App& root, int& exit_code) {
  CLI::App* command =
      root.add_subcommand("decode", "Show what every record is read as, one JSON line each (null = unknown)");
  const auto arguments = std::make_shared<DecodeArguments>();
  arguments->input.add_to(*command);
  command->add_option("--rejects", arguments->rejects, "Write one JSON line per rejected record to this file");
  command->callback([arguments, &exit_code] { exit_code = run_decode(*arguments); });
}

}  // namespace outflow::app
