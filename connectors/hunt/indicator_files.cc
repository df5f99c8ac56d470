// Indicators from CSV (type,value,comment), JSON (the same as objects), MISP events and STIX 2.1 bundles.
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "connectors/hunt/indicators.h"

namespace outflow::connectors {
namespace {

using nlohmann::json;

constexpr std::size_t kMostComment = 200;

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number() ? found->dump() : std::string();
}

std::string shown(const IndicatorAtom& atom) {
  if (atom.kind != IndicatorAtom::Kind::kQuery) return atom.text;
  std::ostringstream out;
  out << std::hex << atom.query;
  return out.str();
}

class Reader {
 public:
  Reader(const std::string& file, Indicators& out) : file_(file), out_(out) {}

  void add(const std::string& id, std::string_view type, std::string_view value, std::string_view comment) {
    Result<IndicatorAtom> atom = make_atom(type, value);
    if (!atom) return tell(id, atom.error().message);
    Indicator indicator{
        id, std::string(name_of(atom->kind)), shown(*atom), std::string(comment.substr(0, kMostComment)), {}};
    indicator.alternatives.push_back({std::move(*atom)});
    keep(std::move(indicator));
  }

  Result<> read_json(std::string_view text) {
    const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (document.is_discarded()) return Error{ErrorCode::kRefuse, file_ + ": not valid JSON"};
    if (document.is_object() && text_of(document, "type") == "bundle") {
      read_bundle(document);
    } else {
      read_list(document);
    }
    return Ok{};
  }

  Result<> read_csv(std::string_view text) {
    std::size_t line = 1;
    bool first = true;
    while (!text.empty()) {
      const std::size_t began = line;
      const std::vector<std::string> fields = take_row(text, line);
      const bool blank = fields.empty() || (fields.size() == 1 && fields[0].empty()) || fields[0].starts_with('#');
      if (blank) continue;
      const bool header = first && fields[0] == "type";
      first = false;
      if (header) continue;
      const std::string id = file_ + ":" + std::to_string(began);
      if (fields.size() < 2) {
        tell(id, "a row is type,value,comment");
      } else {
        add(id, fields[0], fields[1], fields.size() > 2 ? fields[2] : std::string());
      }
    }
    return Ok{};
  }

 private:
  void tell(const std::string& id, std::string message) { out_.problems.push_back({id, std::move(message)}); }
  void keep(Indicator indicator) {
    if (out_.list.size() == kMaxIndicators) return tell(indicator.id, "beyond 200000 indicators");
    out_.list.push_back(std::move(indicator));
  }

  // RFC 4180; takes the row and its end off `text`.
  static std::vector<std::string> take_row(std::string_view& text, std::size_t& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\n') ++line;
      if (quoted) {
        if (c != '"') {
          fields.back() += c;
        } else if (i + 1 < text.size() && text[i + 1] == '"') {
          fields.back() += text[++i];
        } else {
          quoted = false;
        }
      } else if (c == '"' && fields.back().empty()) {
        quoted = true;
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        ++i;
        break;
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    text.remove_prefix(i);
    for (std::string& field : fields) {
      while (!field.empty() && field.back() == ' ') field.pop_back();
      field.erase(0, field.find_first_not_of(' '));
    }
    return fields;
  }

  void read_bundle(const json& bundle) {
    const auto objects = bundle.find("objects");
    if (objects == bundle.end() || !objects->is_array()) return;
    for (const json& object : *objects) {
      if (!object.is_object() || text_of(object, "type") != "indicator") continue;
      Indicator indicator;
      indicator.id = text_of(object, "id");
      if (indicator.id.empty()) indicator.id = file_;
      indicator.type = "pattern";
      indicator.comment = text_of(object, "name").substr(0, kMostComment);
      const std::string language = text_of(object, "pattern_type");
      if (object.value("revoked", json(false)) == json(true)) {
        tell(indicator.id, "it was revoked");
      } else if (!language.empty() && language != "stix") {
        tell(indicator.id, "its pattern is in the language '" + language.substr(0, 32) + "'");
      } else {
        read_stix_pattern(text_of(object, "pattern"), indicator, out_.problems);
        describe(indicator);
        if (!indicator.alternatives.empty()) keep(std::move(indicator));
      }
    }
  }
  static void describe(Indicator& indicator) {
    if (indicator.alternatives.size() == 1 && indicator.alternatives[0].size() == 1) {
      indicator.type = name_of(indicator.alternatives[0][0].kind);
    }
    for (const auto& alternative : indicator.alternatives) {
      if (indicator.value.size() > kMostComment) break;
      if (!indicator.value.empty()) indicator.value += " | ";
      for (std::size_t i = 0; i < alternative.size(); ++i)
        indicator.value += (i == 0 ? "" : " & ") + shown(alternative[i]);
    }
  }

  // [{type, value, comment}], {"indicators": [...]}, and MISP's {"Event": {"Attribute": [...], "Object": [...]}}.
  void read_list(const json& node, int depth = 0) {
    constexpr int kMaxDepth = 8;
    if (depth > kMaxDepth) return;
    if (node.is_array()) {
      for (const json& item : node) read_list(item, depth + 1);
      return;
    }
    if (!node.is_object()) return tell(file_ + "#" + std::to_string(++count_), "not an object with type and value");
    bool inner = false;
    for (const char* part : {"response", "Event", "Attribute", "Object", "indicators"}) {
      if (const auto found = node.find(part); found != node.end()) {
        inner = true;
        read_list(*found, depth + 1);
      }
    }
    if (inner) return;
    ++count_;
    std::string id = text_of(node, "uuid");
    if (id.empty()) id = text_of(node, "id");
    if (id.empty()) id = file_ + "#" + std::to_string(count_);
    add(id, text_of(node, "type"), text_of(node, "value"), text_of(node, "comment"));
  }

  const std::string& file_;
  Indicators& out_;
  std::size_t count_ = 0;
};

}  // namespace

Result<> read_indicators(std::string_view text, const std::string& file, Indicators& out) {
  if (text.size() > kMaxIndicatorBytes) return Error{ErrorCode::kRefuse, file + ": larger than 64 MiB"};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return Error{ErrorCode::kRefuse, file + ": holds no indicators"};
  Reader reader(file, out);
  return text[begin] == '{' || text[begin] == '[' ? reader.read_json(text) : reader.read_csv(text);
}

Result<> read_indicator_file(const std::string& path, Indicators& out) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::kRefuse, path + ": cannot be read"};
  std::string text;
  char block[1U << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxIndicatorBytes) break;
  }
  return read_indicators(text, path, out);
}

}  // namespace outflow::connectors
