// What a YamlNode points to; for the files of the reader alone.
#pragma once

#include <string>
#include <vector>

#include "bench/config/yaml.h"

namespace meterbench {

struct YamlNode::Entry {
  std::string key;
  FilePosition key_position;
  YamlNode value;
};

struct YamlNode::Data {
  Kind kind = Kind::null;
  FilePosition position;
  std::string text;             ///< of a scalar, as written, without its quotes
  std::vector<YamlNode> items;  ///< of a sequence
  std::vector<Entry> entries;   ///< of a map, in the order of the file
  Mistakes* mistakes = nullptr;

  /// Null when there is no such key.
  [[nodiscard]] Entry* entry(std::string_view key) {
    for (Entry& candidate : entries)
      if (candidate.key == key) return &candidate;
    return nullptr;
  }
  [[nodiscard]] const Entry* entry(std::string_view key) const {
    for (const Entry& candidate : entries)
      if (candidate.key == key) return &candidate;
    return nullptr;
  }
};

}  // namespace meterbench
