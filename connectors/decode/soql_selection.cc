#include "connectors/decode/soql_selection.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <array>

#include "connectors/decode/soql_lexer.h"

namespace outflow::connectors {
namespace {

using Kind = SelectedField::Kind;
using Words = std::initializer_list<std::string_view>;

bool is_one_of(const SoqlToken& token, Words words) noexcept {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return token.is(word); });
}

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto folded = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return folded(x) == folded(y);
  });
}

std::string_view last_part(std::string_view path) noexcept {
  return path.substr(path.rfind('.') + 1);
}

// Where a select reads from: `FROM Contact c` is {Contact, c}.
struct Source {
  std::string_view object, alias;
};
using Sources = absl::InlinedVector<Source, 4>;
constexpr std::size_t kMostSources = 4;  // that a field without a table's name may be of

class SelectionReader {
 public:
  SelectionReader(std::string_view text, Selection& out) : lexer_(text), out_(out) {}

  void read() {
    bool searches = false;
    for (SoqlToken token = lexer_.next(); token.kind != SoqlToken::Kind::kEnd; token = lexer_.next()) {
      if (token.is("find")) searches = true;
      if (token.is("select")) read_select(0);
      if (token.is("returning") && searches) read_returning();
    }
  }

 private:
  void add(Kind kind, std::string_view object, std::string_view path) {
    if (out_.fields.size() >= kMaxSelected) {
      out_.complete = false;
      return;
    }
    out_.fields.push_back({kind, object, path});
  }

  // Behind SELECT; takes the bracket that closes it.
  void read_select(std::size_t depth) {
    if (depth >= kMaxSelectDepth) {
      out_.complete = false;
      return skip_to_close();
    }
    while (true) {
      const std::size_t first = out_.fields.size();
      Sources sources;
      const bool has_from = read_items(depth);
      SoqlToken end;
      if (has_from) end = read_sources(depth, sources);
      resolve(first, sources);
      if (!has_from) {
        out_.complete = false;
        return;
      }
      if (!skip_conditions(end, depth)) return;
    }
  }

  // The select list; true where it ends at FROM.
  bool read_items(std::size_t depth) {
    std::size_t brackets = 0;
    bool operand = true;     // a field may come; else what comes is an alias or an operator
    bool skip_word = false;  // behind AS, and behind `:` of a cast or a path into JSON
    for (SoqlToken token = lexer_.next();; token = lexer_.next()) {
      switch (token.kind) {
        case SoqlToken::Kind::kEnd:
          return false;
        case SoqlToken::Kind::kLiteral:
          operand = false;
          break;
        case SoqlToken::Kind::kSymbol:
          if (token.is(')')) {
            if (brackets == 0) return false;
            --brackets;
            operand = false;
          } else if (token.is('(')) {
            if (lexer_.peek().is("select")) {
              (void)lexer_.next();
              read_select(depth + 1);
              operand = false;
            } else {
              ++brackets;
              operand = true;
            }
          } else if (token.is('*') && operand) {
            add(Kind::kAll, {}, {});
            operand = false;
          } else if (token.is(':')) {
            skip_word = true;
          } else {
            operand = true;
          }
          break;
        case SoqlToken::Kind::kWord:
          if (skip_word) {
            skip_word = false;
            operand = false;
          } else if (token.is("from")) {
            if (brackets == 0) return true;
            operand = true;  // EXTRACT(YEAR FROM x)
          } else if (token.is("as")) {
            skip_word = true;
          } else {
            operand = read_item_word(token, operand);
          }
      }
    }
  }

  // A word of the select list; true where a field may follow it.
  bool read_item_word(const SoqlToken& token, bool operand) {
    if (lexer_.peek().is('(')) {
      if (is_one_of(token, {"count", "count_distinct", "approx_count_distinct", "grouping"})) {
        (void)lexer_.next();
        skip_to_close();  // a number of rows shows no field
        return false;
      }
      if (token.is("fields")) {
        (void)lexer_.next();
        read_field_group();
        return false;
      }
      return true;  // a function's name: its arguments are shown
    }
    if (is_one_of(token, {"null", "true", "false", "end", "asc", "desc"})) return false;
    if (is_one_of(token, {"distinct", "all", "case", "when", "then", "else", "and", "or", "not", "in", "like", "is",
                          "between", "over", "partition", "by", "order", "top", "interval"})) {
      return true;
    }
    if (!operand) return false;  // an alias
    if (token.is("typeof")) {
      read_typeof();
    } else if (token.word.ends_with('.')) {
      if (lexer_.peek().is('*')) {
        (void)lexer_.next();
        add(Kind::kAll, {}, token.word.substr(0, token.word.size() - 1));
      }
    } else {
      add(Kind::kField, {}, token.word);
    }
    return false;
  }

  // Behind FIELDS(
  void read_field_group() {
    const SoqlToken which = lexer_.next();
    if (which.is("standard")) {
      add(Kind::kAllStandard, {}, {});
    } else if (which.is("custom")) {
      add(Kind::kAllCustom, {}, {});
    } else {
      add(Kind::kAll, {}, {});
    }
    if (!which.is(')')) skip_to_close();
  }

  // Behind TYPEOF: What WHEN Account THEN Phone, Name WHEN ... ELSE Name END
  void read_typeof() {
    const std::string_view relation = lexer_.next().word;
    std::string_view object = relation;
    for (SoqlToken token = lexer_.next(); token.kind != SoqlToken::Kind::kEnd; token = lexer_.next()) {
      if (token.is("end")) return;
      if (token.is("when")) {
        object = lexer_.next().word;
      } else if (token.is("else")) {
        object = relation;
      } else if (token.kind == SoqlToken::Kind::kWord && !token.is("then")) {
        add(Kind::kField, object, token.word);
      }
    }
    out_.complete = false;
  }

  // Behind FROM; gives the token it ends at: of the conditions, `)` or the end.
  SoqlToken read_sources(std::size_t depth, Sources& sources) {
    std::size_t brackets = 0;
    bool source = true;      // a table may come
    bool condition = false;  // of a join
    for (SoqlToken token = lexer_.next();; token = lexer_.next()) {
      if (token.kind == SoqlToken::Kind::kEnd) return token;
      if (token.is('(')) {
        if (lexer_.peek().is("select")) {
          (void)lexer_.next();
          read_select(depth + 1);
          source = false;
        } else {
          ++brackets;
        }
      } else if (token.is(')')) {
        if (brackets == 0) return token;
        --brackets;
      } else if (token.is(',') && (!condition || brackets == 0)) {
        source = true;
        condition = false;
      } else if (token.kind == SoqlToken::Kind::kWord) {
        if (is_one_of(token, {"where", "group", "order", "having", "limit", "offset", "for", "with", "using", "update",
                              "qualify", "window", "fetch", "union", "except", "intersect", "minus"})) {
          return token;
        }
        if (is_one_of(token, {"join", "inner", "left", "right", "full", "outer", "cross", "natural", "lateral"})) {
          source = true;
          condition = false;
        } else if (token.is("on")) {
          condition = true;
        } else if (!condition && !token.is("as")) {
          if (source) {
            sources.push_back({last_part(token.word), {}});
          } else if (!sources.empty() && sources.back().alias.empty()) {
            sources.back().alias = token.word;
          }
          source = false;
        }
      }
    }
  }

  // From WHERE on; true where another SELECT follows (UNION), behind it.
  bool skip_conditions(SoqlToken token, std::size_t depth) {
    std::size_t brackets = 0;
    bool united = false;
    for (; token.kind != SoqlToken::Kind::kEnd; token = lexer_.next()) {
      if (token.is('(')) {
        if (united && lexer_.peek().is("select")) {
          (void)lexer_.next();
          read_select(depth + 1);
        } else {
          ++brackets;
        }
      } else if (token.is(')')) {
        if (brackets == 0) return false;
        --brackets;
      } else if (brackets == 0 && is_one_of(token, {"union", "except", "intersect", "minus"})) {
        united = true;
      } else if (united && token.is("select")) {
        return true;
      }
    }
    return false;
  }

  void skip_to_close() {
    for (std::size_t open = 1; open > 0;) {
      const SoqlToken token = lexer_.next();
      if (token.kind == SoqlToken::Kind::kEnd) return;
      if (token.is('(')) ++open;
      if (token.is(')')) --open;
    }
  }

  // Behind RETURNING: Account(Id, Name WHERE ... LIMIT 5), Contact
  void read_returning() {
    for (SoqlToken token = lexer_.next(); token.kind == SoqlToken::Kind::kWord; token = lexer_.next()) {
      const std::string_view object = token.word;
      if (lexer_.peek().is('(')) {
        (void)lexer_.next();
        read_returned_fields(object);
      } else {
        out_.bare_objects.push_back(object);
      }
      if (!lexer_.peek().is(',')) return;
      (void)lexer_.next();
    }
  }

  void read_returned_fields(std::string_view object) {
    for (SoqlToken token = lexer_.next(); token.kind != SoqlToken::Kind::kEnd; token = lexer_.next()) {
      if (token.is(')')) return;
      if (is_one_of(token, {"where", "order", "limit", "offset", "using"})) return skip_to_close();
      if (token.kind != SoqlToken::Kind::kWord) continue;
      if (lexer_.peek().is('(')) continue;  // a function: its argument follows
      add(Kind::kField, object, token.word);
    }
  }

  // Gives the fields from `first` on their objects.
  void resolve(std::size_t first, const Sources& sources) {
    if (sources.empty()) return;
    const std::size_t end = out_.fields.size();
    for (std::size_t i = first; i < end; ++i) {
      SelectedField field = out_.fields[i];
      if (!field.object.empty()) continue;
      const std::string_view head = field.path.substr(0, field.path.find('.'));
      const auto named = std::find_if(sources.begin(), sources.end(), [&](const Source& source) {
        return same_name(head, source.alias) || (field.path != head && same_name(head, source.object));
      });
      const bool whole = field.kind == Kind::kAll && !field.path.empty();
      if (!head.empty() && named != sources.end() && (whole || head.size() < field.path.size())) {
        out_.fields[i].object = named->object;
        out_.fields[i].path.remove_prefix(std::min(head.size() + 1, field.path.size()));
      } else if (whole) {
        out_.fields[i].object = last_part(field.path);
      } else {
        // Which table an unqualified column is of, only the schema knows.
        out_.fields[i].object = sources[0].object;
        for (std::size_t k = 1; k < std::min(sources.size(), kMostSources); ++k) {
          add(field.kind, sources[k].object, field.path);
        }
      }
    }
  }

  SoqlLexer lexer_;
  Selection& out_;
};

}  // namespace

void read_selection(std::string_view text, Selection& out) {
  out.clear();
  SelectionReader(text, out).read();
}

}  // namespace outflow::connectors
