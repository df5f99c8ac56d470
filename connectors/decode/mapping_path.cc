#include "connectors/decode/mapping_path.h"

#include <charconv>

namespace outflow::connectors {
namespace {

// Reads a path from left to right; stops at the first mistake.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  std::string read(MappingPath& path) {
    if (text_.empty()) return "a path is empty";
    if (text_.size() > kMaxPathBytes) return "a path is longer than 256 bytes";
    path.from_record = take('^');
    while (problem_.empty()) {
      read_name(path);
      while (problem_.empty() && take('[')) read_selector(path);
      if (problem_.empty() && path.steps.size() > kMaxPathSteps) return "a path has more than 16 steps";
      if (!problem_.empty() || at_ == text_.size()) break;
      if (!take('.')) return "'" + std::string(text_.substr(at_, 1)) + "' where a '.' or '[' was expected in a path";
    }
    return problem_;
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // A bare word, up to one of `ends`, or a quoted one.
  std::string word(std::string_view ends) {
    if (take('"')) {
      const std::size_t end = text_.find('"', at_);
      if (end == std::string_view::npos) {
        problem_ = "a quoted name in a path is not closed";
        return {};
      }
      std::string name(text_.substr(at_, end - at_));
      at_ = end + 1;
      return name;
    }
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    std::string name(text_.substr(at_, end - at_));
    at_ = end;
    if (name.find_first_of("\"' \t") != std::string::npos) {
      problem_ = "a name with spaces or quotes in a path is written in double quotes";
    }
    return name;
  }

  void read_name(MappingPath& path) {
    PathStep step;
    step.name = word(".[");
    if (problem_.empty() && step.name.empty()) problem_ = "a path has an empty name in it";
    path.steps.push_back(std::move(step));
  }

  void read_selector(MappingPath& path) {
    PathStep step;
    if (take('*')) {
      step.kind = PathStep::Kind::kEvery;
    } else if (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      step.kind = PathStep::Kind::kIndex;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), step.index);
      if (error != std::errc() || step.index > 1000) problem_ = "an element's number is at most 1000";
      at_ = static_cast<std::size_t>(end - text_.data());
    } else {
      step.kind = PathStep::Kind::kWhere;
      step.name = word("=]");
      if (problem_.empty() && (step.name.empty() || !take('='))) {
        problem_ = "[...] in a path holds a number, * or name=value";
      }
      if (problem_.empty()) step.value = word("]");
    }
    if (problem_.empty() && !take(']')) problem_ = "a '[' in a path is not closed";
    path.steps.push_back(std::move(step));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
};

}  // namespace

std::string parse_mapping_path(std::string_view text, MappingPath& path) {
  path = {};
  return PathReader(text).read(path);
}

}  // namespace outflow::connectors
