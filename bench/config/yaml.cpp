#include "bench/config/yaml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <numeric>

#include <fmt/format.h>

#include "bench/config/yaml_data.h"

namespace meterbench {
namespace {

constexpr std::size_t kLongestMessage = 600;  // bytes; a message may quote a value of any length

/// On one line of a terminal: control characters escaped, cut between two characters where it is too long.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (line.size() > kLongestMessage && (byte & 0xC0U) != 0x80U) return line + "…";
    if (byte < 0x20 || byte == 0x7F)
      line += fmt::format("\\x{:02X}", byte);
    else
      line += c;
  }
  return line;
}

std::string_view described(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::null: return "nothing is there";
    case YamlNode::Kind::scalar: return "a single value is there";
    case YamlNode::Kind::sequence: return "a list is there";
    case YamlNode::Kind::map: return "a map is there";
  }
  return "something else is there";
}

/// Optimal string alignment: insertions, deletions, exchanges and swaps of neighbours count 1.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string Mistake::message() const {
  return fmt::format("{}:{}:{}: {}", position.file, position.line, position.column, text);
}

void Mistakes::add(FilePosition position, std::string_view text) {
  Mistake mistake{std::move(position), one_line(text)};
  const auto place =
      std::upper_bound(list_.begin(), list_.end(), mistake,
                       [](const Mistake& a, const Mistake& b) { return a.position < b.position; });
  list_.insert(place, std::move(mistake));
}

std::string Mistakes::text() const {
  std::string text;
  for (const Mistake& mistake : list_) text += mistake.message() + '\n';
  return text;
}

const FilePosition& YamlNode::position() const { return data_->position; }

YamlNode::Kind YamlNode::kind() const { return data_->kind; }

void YamlNode::mistake(std::string_view text) const { data_->mistakes->add(data_->position, text); }

std::optional<std::string> YamlNode::as_text() const {
  if (kind() == Kind::scalar) return data_->text;
  mistake(fmt::format("{}; a single value is expected", described(kind())));
  return std::nullopt;
}

std::optional<double> YamlNode::as_number() const {
  const auto text = as_text();
  if (!text) return std::nullopt;
  const auto number = parse_number(*text);
  if (number) return *number;
  mistake(number.error());
  return std::nullopt;
}

std::optional<std::int64_t> YamlNode::as_integer() const {
  const auto text = as_text();
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc{} && end == text->data() + text->size()) return number;
  mistake(fmt::format("'{}' is not a whole number", *text));
  return std::nullopt;
}

std::optional<bool> YamlNode::as_flag() const {
  const auto text = as_one_of({"true", "false"});
  if (!text) return std::nullopt;
  return *text == "true";
}

std::optional<std::string> YamlNode::as_one_of(const std::vector<std::string>& allowed) const {
  auto text = as_text();
  if (!text || std::find(allowed.begin(), allowed.end(), *text) != allowed.end()) return text;
  mistake(not_allowed(*text, allowed));
  return std::nullopt;
}

std::vector<YamlNode> YamlNode::items() const {
  switch (kind()) {
    case Kind::sequence: return data_->items;
    case Kind::scalar:
    case Kind::map: return {*this};
    case Kind::null: mistake("nothing is there; a value or a list is expected");
  }
  return {};
}

std::optional<YamlMap> YamlNode::as_map() const {
  if (kind() == Kind::map) return YamlMap{*this};
  mistake(fmt::format("{}; a map of keys and values is expected", described(kind())));
  return std::nullopt;
}

std::optional<YamlNode> YamlMap::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const YamlNode::Entry* const entry = node_.data_->entry(key);
  if (!entry) return std::nullopt;
  return entry->value;
}

std::optional<YamlNode> YamlMap::require(std::string_view key) {
  auto value = find(key);
  if (!value) node_.mistake(fmt::format("'{}' is missing", key));
  return value;
}

std::vector<std::pair<std::string, YamlNode>> YamlMap::entries() {
  std::vector<std::pair<std::string, YamlNode>> all;
  for (const YamlNode::Entry& entry : node_.data_->entries) {
    known_.push_back(entry.key);
    all.emplace_back(entry.key, entry.value);
  }
  return all;
}

FilePosition YamlMap::key_position(std::string_view key) const {
  const YamlNode::Entry* const entry = node_.data_->entry(key);
  return entry ? entry->key_position : node_.position();
}

void YamlMap::finish() {
  for (const YamlNode::Entry& entry : node_.data_->entries)
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end())
      node_.data_->mistakes->add(entry.key_position, not_allowed(entry.key, known_));
}

std::optional<std::string> read_text(const std::filesystem::path& path, Mistakes& mistakes) {
  const FilePosition start{path.string(), 1, 1};
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    mistakes.add(start, "this is a folder; a YAML file is expected");
    return std::nullopt;
  }
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    mistakes.add(start, std::filesystem::exists(path, ignored) ? "the file cannot be opened for reading"
                                                               : "there is no such file");
    return std::nullopt;
  }
  std::string text(kLargestYamlFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) {
    mistakes.add(start, "the file cannot be read");
    return std::nullopt;
  }
  if (text.size() > kLargestYamlFile) {
    mistakes.add(start, fmt::format("the file is larger than {} bytes", kLargestYamlFile));
    return std::nullopt;
  }
  return text;
}

std::optional<YamlNode> read_yaml(const std::filesystem::path& path, Mistakes& mistakes) {
  const auto text = read_text(path, mistakes);
  if (!text) return std::nullopt;
  return read_yaml_text(*text, path.string(), mistakes);
}

std::optional<YamlNode> with_value(const YamlNode& root, std::string_view path, const YamlNode& value) {
  const std::size_t dot = path.find('.');
  const std::string_view step = path.substr(0, dot);
  const bool last = dot == std::string_view::npos;
  const auto replaced = [&](const YamlNode& old) {
    return last ? value : with_value(old, path.substr(dot + 1), value);
  };
  auto data = std::make_shared<YamlNode::Data>(*root.data_);
  if (root.kind() == YamlNode::Kind::map) {
    if (YamlNode::Entry* const entry = data->entry(step)) {
      const auto changed = replaced(entry->value);
      if (!changed) return std::nullopt;
      entry->value = *changed;
      return YamlNode{std::move(data)};
    }
    if (last && !step.empty()) {
      data->entries.push_back({std::string{step}, value.position(), value});
      return YamlNode{std::move(data)};
    }
    std::vector<std::string> keys;
    for (const YamlNode::Entry& entry : data->entries) keys.push_back(entry.key);
    value.mistake(not_allowed(step, keys));
    return std::nullopt;
  }
  if (root.kind() == YamlNode::Kind::sequence) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (error != std::errc{} || end != step.data() + step.size() || index >= data->items.size()) {
      value.mistake(fmt::format("'{}' is no index of this list, which counts from 0 and has {} items", step,
                                data->items.size()));
      return std::nullopt;
    }
    const auto changed = replaced(data->items[index]);
    if (!changed) return std::nullopt;
    data->items[index] = *changed;
    return YamlNode{std::move(data)};
  }
  value.mistake(fmt::format("there is nothing below a single value that '{}' could name", step));
  return std::nullopt;
}

std::optional<std::string> nearest_match(std::string_view word, const std::vector<std::string>& allowed) {
  std::optional<std::string> nearest;
  std::size_t smallest = 0;
  for (const std::string& candidate : allowed) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    const std::size_t shorter = std::min(word.size(), candidate.size());
    // A slip leaves two thirds of a word alone. Lengths alone rule most candidates out, very long ones too.
    if (3 * (longer - shorter) > longer) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (3 * distance > longer || (nearest && distance >= smallest)) continue;
    nearest = candidate;
    smallest = distance;
  }
  return nearest;
}

std::string not_allowed(std::string_view word, const std::vector<std::string>& allowed) {
  constexpr std::size_t kShown = 60;
  const std::string shown =
      word.size() > kShown ? std::string{word.substr(0, kShown)} + "…" : std::string{word};
  if (allowed.empty()) return fmt::format("'{}' is not known; nothing is allowed here", shown);
  const auto nearest = nearest_match(word, allowed);
  return fmt::format("'{}' is not known; allowed: {}{}", shown, fmt::join(allowed, ", "),
                     nearest ? fmt::format("; did you mean '{}'?", *nearest) : "");
}

}  // namespace meterbench
