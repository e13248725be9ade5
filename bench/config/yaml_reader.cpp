// From text to nodes, on the events of yaml-cpp's parser: its own node tree forgets duplicate keys and the
// positions of keys.
#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "bench/config/yaml_data.h"

namespace meterbench {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A row of the table of well-formed UTF-8 (RFC 3629, 4): ranges of the first and second byte; all further
/// ones are 80 to BF.
struct Utf8Row {
  unsigned first_low, first_high, second_low, second_high;
  std::size_t length;
};
constexpr std::array<Utf8Row, 9> kUtf8{{{0x00, 0x7F, 0, 0, 1},
                                        {0xC2, 0xDF, 0x80, 0xBF, 2},
                                        {0xE0, 0xE0, 0xA0, 0xBF, 3},
                                        {0xE1, 0xEC, 0x80, 0xBF, 3},
                                        {0xED, 0xED, 0x80, 0x9F, 3},
                                        {0xEE, 0xEF, 0x80, 0xBF, 3},
                                        {0xF0, 0xF0, 0x90, 0xBF, 4},
                                        {0xF1, 0xF3, 0x80, 0xBF, 4},
                                        {0xF4, 0xF4, 0x80, 0x8F, 4}}};

/// Length of the well-formed character that `text` begins with, 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto between = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && static_cast<unsigned char>(text[i]) >= low &&
           static_cast<unsigned char>(text[i]) <= high;
  };
  for (const Utf8Row& row : kUtf8) {
    if (!between(0, row.first_low, row.first_high)) continue;
    bool whole = row.length == 1 || between(1, row.second_low, row.second_high);
    for (std::size_t i = 2; i < row.length; ++i) whole = whole && between(i, 0x80, 0xBF);
    return whole ? row.length : 0;
  }
  return 0;
}

/// Whether `text` begins with a quote that nothing closes.
bool is_open_quote(std::string_view text) {
  if (text.empty() || (text.front() != '\'' && text.front() != '"')) return false;
  const char quote = text.front();
  for (std::size_t at = 1; at < text.size(); ++at) {
    const bool doubled = quote == '\'' && text.substr(at).starts_with("''");  // stands for one
    const bool escapes = quote == '"' && text[at] == '\\';                    // what follows
    if (doubled || escapes)
      ++at;
    else if (text[at] == quote)
      return false;
  }
  return true;
}

/// Lines of a text, to turn the parser's bytes into the columns of an editor.
class Lines {
 public:
  Lines(std::string_view text, std::string file) : text_{text}, file_{std::move(file)} {
    starts_.push_back(0);
    for (std::size_t at = 0; at < text.size(); ++at)
      if (text[at] == '\n') starts_.push_back(at + 1);
  }

  [[nodiscard]] FilePosition at_byte(std::size_t byte) const {
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), byte);
    const auto line = static_cast<std::size_t>(next - starts_.begin()) - 1;
    return at(line, byte - starts_[line]);
  }

  [[nodiscard]] FilePosition at(const YAML::Mark& mark) const {
    if (mark.line < 0 || mark.column < 0) return {file_, 1, 1};
    return at(static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column));
  }

  /// The text from the parser's mark on.
  [[nodiscard]] std::string_view from(const YAML::Mark& mark) const {
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    if (line >= starts_.size()) return {};
    return text_.substr(std::min(starts_[line] + static_cast<std::size_t>(mark.column), text_.size()));
  }

 private:
  [[nodiscard]] FilePosition at(std::size_t line, std::size_t bytes) const {
    FilePosition position{file_, static_cast<int>(line) + 1, 1};
    if (line >= starts_.size()) return position;
    for (const char c : text_.substr(starts_[line], bytes))
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++position.column;
    return position;
  }

  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> starts_;  // byte of each line
};

}  // namespace

/// Takes the parser's events and builds nodes.
class YamlBuilder final : public YAML::EventHandler {
 public:
  YamlBuilder(const Lines& lines, Mistakes& mistakes) : lines_{lines}, mistakes_{mistakes} {}

  [[nodiscard]] std::optional<YamlNode> document() const { return document_; }

  static YamlNode empty(const FilePosition& position, Mistakes& mistakes) {
    auto data = std::make_shared<YamlNode::Data>();
    data->position = position;
    data->mistakes = &mistakes;
    return YamlNode{std::move(data)};
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_extras(mark, anchor, "");
    // For a value that is not there the parser gives the place of whatever comes next.
    FilePosition position = lines_.at(mark);
    const std::string_view text = lines_.from(mark);
    const bool written = text.starts_with('~') || text.starts_with('n') || text.starts_with('N');
    if (!open_.empty()) {
      const FilePosition& owner = open_.back().key ? open_.back().key->position : open_.back().data->position;
      if (!written || (open_.back().key && owner.line != position.line)) position = owner;
    }
    add(make(YamlNode::Kind::null, position));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    mistakes_.add(lines_.at(mark), "an alias (*) is not allowed here: write the value out");
    add(make(YamlNode::Kind::null, lines_.at(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_extras(mark, anchor, tag);
    // The parser lets the end of the file close a quote.
    if (is_open_quote(lines_.from(mark))) throw YAML::ParserException{mark, "this quote is never closed"};
    auto data = make(YamlNode::Kind::scalar, lines_.at(mark));
    data->text = value;
    add(std::move(data));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(YamlNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  using DataPtr = std::shared_ptr<YamlNode::Data>;

  struct Key {
    std::optional<std::string> text;  // none: it cannot be a key, its value is dropped
    FilePosition position;
  };
  struct Open {
    DataPtr data;
    std::optional<Key> key;                      // waits for its value
    std::unordered_map<std::string, int> lines;  // where each key of a map is
  };

  [[nodiscard]] DataPtr make(YamlNode::Kind kind, FilePosition position) {
    auto data = std::make_shared<YamlNode::Data>();
    data->kind = kind;
    data->position = std::move(position);
    data->mistakes = &mistakes_;
    return data;
  }

  void refuse_extras(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (anchor != 0) mistakes_.add(lines_.at(mark), "an anchor (&) is not allowed here");
    // The parser gives "?" to plain values and "!" to quoted ones that have no tag.
    if (!tag.empty() && tag != "?" && tag != "!")
      mistakes_.add(lines_.at(mark), fmt::format("a tag ({}) is not allowed here", tag));
  }

  void begin(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_extras(mark, anchor, tag);
    if (open_.size() >= kDeepestYaml)
      throw YAML::ParserException{mark,
                                  fmt::format("more than {} maps and lists within each other", kDeepestYaml)};
    open_.push_back({make(kind, lines_.at(mark)), std::nullopt, {}});
  }

  void end() {
    DataPtr data = std::move(open_.back().data);
    open_.pop_back();
    add(std::move(data));
  }

  void add(DataPtr data) {
    if (open_.empty()) {
      document_ = YamlNode{std::move(data)};
      return;
    }
    Open& parent = open_.back();
    if (parent.data->kind == YamlNode::Kind::sequence) {
      parent.data->items.push_back(YamlNode{std::move(data)});
    } else if (!parent.key) {
      parent.key = Key{std::nullopt, data->position};
      if (data->kind == YamlNode::Kind::scalar)
        parent.key->text = data->text;
      else
        mistakes_.add(data->position, "a key must be a single value");
    } else {
      const Key key = *std::exchange(parent.key, std::nullopt);
      if (key.text) add_entry(parent, key, YamlNode{std::move(data)});
    }
  }

  void add_entry(Open& map, const Key& key, YamlNode value) {
    const auto [first, is_new] = map.lines.emplace(*key.text, key.position.line);
    if (is_new)
      map.data->entries.push_back({*key.text, key.position, std::move(value)});
    else
      mistakes_.add(key.position, fmt::format("'{}' is here a second time; the first is in line {}",
                                              *key.text, first->second));
  }

  const Lines& lines_;
  Mistakes& mistakes_;
  std::vector<Open> open_;
  std::optional<YamlNode> document_;
};

namespace {

/// A document that should not be there.
class Surplus final : public YAML::EventHandler {
 public:
  [[nodiscard]] const std::optional<YAML::Mark>& begin() const { return begin_; }

  void OnDocumentStart(const YAML::Mark& mark) override { begin_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  std::optional<YAML::Mark> begin_;
};

}  // namespace

std::optional<YamlNode> read_yaml_text(const std::string& text, const std::string& name, Mistakes& mistakes) {
  std::string_view content = text;
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  const Lines lines{content, name};
  if (content.size() > kLargestYamlFile) {
    mistakes.add({name, 1, 1}, fmt::format("the text is larger than {} bytes", kLargestYamlFile));
    return std::nullopt;
  }
  // The parser would take other encodings for UTF-16 or pass broken characters on.
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t length = utf8_length(content.substr(at));
    if (length == 0 || content[at] == '\0') {
      mistakes.add(lines.at_byte(at), "this is not text in UTF-8");
      return std::nullopt;
    }
    at += length;
  }
  YamlBuilder builder{lines, mistakes};
  try {
    std::istringstream stream{std::string{content}};
    YAML::Parser parser{stream};
    if (!parser.HandleNextDocument(builder)) return YamlBuilder::empty({name, 1, 1}, mistakes);
    Surplus surplus;
    if (parser.HandleNextDocument(surplus) && surplus.begin())
      mistakes.add(lines.at(*surplus.begin()), "a second document begins here; one file holds one document");
  } catch (const YAML::Exception& problem) {
    mistakes.add(lines.at(problem.mark), fmt::format("this is no YAML: {}", problem.msg));
    return std::nullopt;
  }
  return builder.document();
}

}  // namespace meterbench
