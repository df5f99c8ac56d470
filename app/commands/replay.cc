// `outflow replay`: audit logs from files through the same detection as `run`, alerts on standard output. No broker.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "app/command.h"
#include "app/config.h"
#include "app/decode_options.h"
#include "app/exit_code.h"
#include "app/input_arguments.h"
#include "app/replay_session.h"
#include "connectors/files/input.h"

namespace outflow::app {
namespace {

struct ReplayArguments {
  InputArguments input;
  std::string output = "-";
  bool no_progress = false;
};

// Where alerts go: a file, or standard output. Remembers the first thing that went wrong.
class LineSink {
 public:
  explicit LineSink(const std::string& path)
      : file_(path == "-" ? stdout : std::fopen(path.c_str(), "wb")), owned_(path != "-") {
    if (file_ == nullptr) error_ = errno;
  }
  ~LineSink() {
    if (owned_ && file_ != nullptr) std::fclose(file_);
  }
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;

  // An alert is worth a flush: who follows the output sees it at once.
  void write(std::string_view line) {
    if (file_ == nullptr || error_ != 0) return;
    errno = 0;
    const bool written = std::fwrite(line.data(), 1, line.size(), file_) == line.size() &&
                         std::fputc('\n', file_) != EOF && std::fflush(file_) == 0;
    if (!written) error_ = errno != 0 ? errno : EIO;
  }
  [[nodiscard]] int error() const { return error_; }

 private:
  std::FILE* file_;
  bool owned_;
  int error_ = 0;
};

// One line on a terminal, redrawn a few times a second; nothing elsewhere.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown && isatty(STDERR_FILENO) != 0) {}
  void tick(const connectors::Input& input, std::uint64_t alerts) {
    if (!shown_ || ++calls_ % 4096 != 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(250)) return;
    last_ = now;
    const connectors::InputProgress progress = input.progress();
    std::string done;
    if (progress.bytes_total > 0) {
      done = std::to_string(100 * progress.bytes_read / progress.bytes_total) + " %, ";
    }
    std::fprintf(stderr, "\r\033[K%s%llu records, %llu alerts", done.c_str(),
                 static_cast<unsigned long long>(progress.records), static_cast<unsigned long long>(alerts));
  }
  void clear() const {
    if (shown_) std::fprintf(stderr, "\r\033[K");
  }

 private:
  bool shown_;
  std::uint64_t calls_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

int complain(const std::string& message, int exit_code) {
  std::fprintf(stderr, "outflow replay: %s\n", message.c_str());
  return exit_code;
}

int replay(const ReplayArguments& arguments) {
  const Result<Config> config = load_config(arguments.input.config);
  if (!config.ok()) return complain(config.error().message, kExitConfiguration);
  connectors::InputOptions options;
  Result<connectors::DecodeOptions> decode = decode_options(*config, arguments.input.extras());
  if (!decode) return complain(decode.error().message, kExitConfiguration);
  connectors::OwnClassNames own = own_class_names(*decode);
  options.decode = std::move(*decode);
  Result<connectors::Input> input = connectors::Input::open(arguments.input.inputs, options);
  if (!input.ok()) return complain(input.error().message, kExitFailure);
  LineSink sink(arguments.output);
  if (sink.error() != 0) {
    return complain("cannot write " + arguments.output + ": " + std::strerror(sink.error()), kExitFailure);
  }
  ReplaySession session(
      config->detection, [&sink](std::string_view line) { sink.write(line); }, std::move(own));
  Progress progress(!arguments.no_progress);
  connectors::InputRecord record;
  std::string broken;
  while (sink.error() == 0) {
    const Result<bool> more = input->next(record);
    if (!more.ok()) broken = more.error().message;
    if (!more.ok() || !more.value()) break;
    session.take(*record.decoded, record.file, record.line, record.event_index);
    progress.tick(*input, session.alerts());
  }
  if (sink.error() == 0 && broken.empty()) session.finish();
  progress.clear();
  std::fprintf(stderr, "%s", describe(session.summary()).c_str());
  if (sink.error() != 0) {
    return complain("cannot write " + arguments.output + ": " + std::strerror(sink.error()), kExitFailure);
  }
  return broken.empty() ? kExitOk : complain(broken, kExitFailure);
}

}  // namespace

void add_replay_command(CLI::App& root, int& exit_code) {
  CLI::App* command = root.add_subcommand("replay", "Detect in audit logs from files; alerts as OCSF 1.8 JSON lines");
  const auto arguments = std::make_shared<ReplayArguments>();
  arguments->input.add_to(*command);
  command->add_option("--output", arguments->output, "Where alerts go: a file, or - for standard output")
      ->capture_default_str();
  command->add_flag("--no-progress", arguments->no_progress, "No progress, even on a terminal");
  command->callback([arguments, &exit_code] { exit_code = replay(*arguments); });
}

}  // namespace outflow::app
