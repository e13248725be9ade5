// The one reader of YAML files: every node knows its place, duplicate keys are mistakes (yaml-cpp lets them
// pass), unknown keys name the nearest one that is known, and all mistakes of a file are told at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/core/quantity_text.h"

namespace meterbench {

/// Line and column count from 1, as an editor shows them (a column is a character, not a byte).
struct FilePosition {
  std::string file;
  int line = 1;
  int column = 1;

  friend auto operator<=>(const FilePosition&, const FilePosition&) = default;
};

struct Mistake {
  FilePosition position;
  std::string text;  ///< what is wrong, what is allowed, the nearest match

  /// `file:line:column: text`
  [[nodiscard]] std::string message() const;
};

/// The mistakes of one loading, in the order of the file.
class Mistakes {
 public:
  void add(FilePosition position, std::string_view text);
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// Sorted by file, line and column.
  [[nodiscard]] const std::vector<Mistake>& list() const { return list_; }
  /// One message a line.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Mistake> list_;
};

class YamlMap;

/// One node of a file that has been read; cheap to copy. Each `as_…` reports a mistake and answers nothing
/// when the node is of another kind.
class YamlNode {
 public:
  enum class Kind { null, scalar, sequence, map };

  [[nodiscard]] const FilePosition& position() const;
  [[nodiscard]] Kind kind() const;

  [[nodiscard]] std::optional<std::string> as_text() const;
  [[nodiscard]] std::optional<double> as_number() const;
  [[nodiscard]] std::optional<std::int64_t> as_integer() const;
  [[nodiscard]] std::optional<bool> as_flag() const;  ///< true or false
  /// A text that is one of `allowed`.
  [[nodiscard]] std::optional<std::string> as_one_of(const std::vector<std::string>& allowed) const;
  template <class Kind_>
  [[nodiscard]] std::optional<Quantity<Kind_>> as_quantity() const {
    const auto text = as_text();
    if (!text) return std::nullopt;
    auto value = parse_quantity<Kind_>(*text);
    if (value) return *value;
    mistake(value.error());
    return std::nullopt;
  }
  /// The items of a sequence; a lone scalar or map counts as a sequence of one. Nothing at all is a mistake.
  [[nodiscard]] std::vector<YamlNode> items() const;
  [[nodiscard]] std::optional<YamlMap> as_map() const;

  void mistake(std::string_view text) const;

 private:
  friend class YamlMap;
  friend class YamlBuilder;
  friend std::optional<YamlNode> with_value(const YamlNode&, std::string_view, const YamlNode&);
  struct Entry;
  struct Data;
  explicit YamlNode(std::shared_ptr<const Data> data) : data_{std::move(data)} {}
  std::shared_ptr<const Data> data_;
};

/// A map whose keys are asked for one by one; finish() reports those that nobody asked for.
class YamlMap {
 public:
  /// The value of `key`, or nothing. Remembers that the key is known.
  [[nodiscard]] std::optional<YamlNode> find(std::string_view key);
  /// As find(), but a missing key is a mistake at the map.
  [[nodiscard]] std::optional<YamlNode> require(std::string_view key);
  /// All entries in the order of the file; they count as asked for.
  [[nodiscard]] std::vector<std::pair<std::string, YamlNode>> entries();
  /// Position of a key itself (not of its value); of the map when there is none.
  [[nodiscard]] FilePosition key_position(std::string_view key) const;
  /// Each key that was never asked for is a mistake at the key that names the nearest known one.
  void finish();
  [[nodiscard]] const YamlNode& node() const { return node_; }

 private:
  friend class YamlNode;
  explicit YamlMap(YamlNode node) : node_{std::move(node)} {}
  YamlNode node_;
  std::vector<std::string> known_;
};

/// Hostile input ends in a mistake, not in a long wait or a full stack.
inline constexpr std::size_t kLargestYamlFile = 262'144;  ///< bytes; shipped files have a few thousand
inline constexpr std::size_t kDeepestYaml = 32;           ///< maps and lists within each other

/// The bytes of a file of at most kLargestYamlFile. Nothing when it cannot be read; the mistake says why.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& path, Mistakes& mistakes);
/// Reads the one document of a file. Nothing when it cannot be opened or is no YAML; the mistake says why.
/// Anchors, aliases, tags and further documents are mistakes. `mistakes` must outlive the nodes.
[[nodiscard]] std::optional<YamlNode> read_yaml(const std::filesystem::path& path, Mistakes& mistakes);
/// The same of a text; `name` stands for the file in messages.
[[nodiscard]] std::optional<YamlNode> read_yaml_text(const std::string& text, const std::string& name,
                                                     Mistakes& mistakes);

/// `root` with `value` at a dotted path (`steps.0.current`): maps by key, lists by index from 0. The last key
/// of the path may be new to its map. A path that leads nowhere is a mistake at `value`.
[[nodiscard]] std::optional<YamlNode> with_value(const YamlNode& root, std::string_view path,
                                                 const YamlNode& value);

/// The member of `allowed` with the smallest edit distance to `word`, if it is near enough to be a slip.
[[nodiscard]] std::optional<std::string> nearest_match(std::string_view word,
                                                       const std::vector<std::string>& allowed);
/// `'sorce' is not known; allowed: source, reference; did you mean 'source'?`
[[nodiscard]] std::string not_allowed(std::string_view word, const std::vector<std::string>& allowed);

}  // namespace meterbench
