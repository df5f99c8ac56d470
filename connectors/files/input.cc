#include "connectors/files/input.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "connectors/files/folder_merge.h"

namespace outflow::connectors {
namespace {

namespace fs = std::filesystem;

struct Argument {
  std::string path;
  bool is_folder = false;
  std::vector<std::string> files;  // of a folder, by name
};

Result<Argument> examine_folder(Argument argument, std::uint64_t& bytes_total) {
  argument.is_folder = true;
  std::error_code error;
  fs::recursive_directory_iterator walk(argument.path, fs::directory_options::skip_permission_denied, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    const std::string name = walk->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.')) {  // what editors and file managers leave behind
      if (walk->is_directory(ignored)) walk.disable_recursion_pending();
      continue;
    }
    if (!walk->is_regular_file(ignored)) continue;
    bytes_total += walk->file_size(ignored);
    argument.files.push_back(walk->path().string());
  }
  if (error) return Error{ErrorCode::kRefuse, "cannot list the folder " + argument.path + ": " + error.message()};
  std::sort(argument.files.begin(), argument.files.end());
  return argument;
}

Result<Argument> examine(const std::string& path, std::uint64_t& bytes_total) {
  Argument argument{path, false, {}};
  if (path == "-") return argument;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return Error{ErrorCode::kRefuse, path + " does not exist"};
  if (error) return Error{ErrorCode::kRefuse, "cannot read " + path + ": " + error.message()};
  if (::access(path.c_str(), R_OK) != 0) {
    return Error{ErrorCode::kRefuse, "cannot read " + path + ": " + std::strerror(errno)};
  }
  if (status.type() == fs::file_type::directory) return examine_folder(std::move(argument), bytes_total);
  if (status.type() == fs::file_type::regular) bytes_total += fs::file_size(path, error);
  return argument;
}

}  // namespace

class Input::Impl {
 public:
  Impl(std::vector<Argument> arguments, InputOptions options, std::uint64_t bytes_total)
      : arguments_(std::move(arguments)), options_(std::move(options)) {
    progress_.bytes_total = bytes_total;
  }

  Result<bool> next(InputRecord& record) {
    while (true) {
      if (!file_ && !folder_) {
        if (next_argument_ == arguments_.size()) return false;
        if (const auto opened = open_next(); !opened) return opened.error();
      }
      const auto found = file_ ? file_->next() : folder_->next();
      if (!found) {
        if (file_) close();  // the other files of a folder go on
        return found.error();
      }
      if (*found) break;
      close();
    }
    RecordReader& reader = file_ ? *file_ : folder_->reader();
    record.file = file_ ? arguments_[next_argument_ - 1].path : folder_->file();
    record.line = reader.line();
    record.event_index = reader.event_index();
    record.decoded = &reader.decoded();
    record.json = options_.want_json ? reader.json() : std::string_view();
    ++progress_.records;
    if (!record.decoded->ok()) ++progress_.rejects;
    return true;
  }

  [[nodiscard]] InputProgress progress() const {
    InputProgress progress = progress_;
    if (file_) progress.bytes_read += file_->bytes_read();
    if (folder_) progress.bytes_read += folder_->bytes_read();
    if (file_) progress.repeated_headers += file_->repeated_headers();
    if (folder_) progress.repeated_headers += folder_->repeated_headers();
    return progress;
  }

 private:
  Result<> open_next() {
    Argument& argument = arguments_[next_argument_++];
    if (argument.is_folder) {
      folder_.emplace(std::move(argument.files), options_.decode);
      return {};
    }
    auto source = open_bytes(argument.path);
    if (!source) return source.error();
    file_.emplace(std::move(*source), options_.decode);
    return {};
  }

  void close() {
    progress_ = progress();
    file_.reset();
    folder_.reset();
  }

  std::vector<Argument> arguments_;
  InputOptions options_;
  std::size_t next_argument_ = 0;
  std::optional<RecordReader> file_;
  std::optional<FolderMerge> folder_;
  InputProgress progress_;
};

Input::Input(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Input::~Input() = default;
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;

Result<Input> Input::open(const std::vector<std::string>& paths, InputOptions options) {
  std::vector<Argument> arguments;
  std::uint64_t bytes_total = 0;
  bool sizes_known = true;
  for (const std::string& path : paths) {
    auto argument = examine(path, bytes_total);
    if (!argument) return argument.error();
    sizes_known = sizes_known && path != "-";
    arguments.push_back(std::move(*argument));
  }
  return Input(std::make_unique<Impl>(std::move(arguments), std::move(options), sizes_known ? bytes_total : 0));
}

Result<bool> Input::next(InputRecord& record) {
  return impl_->next(record);
}
InputProgress Input::progress() const {
  return impl_->progress();
}

}  // namespace outflow::connectors
