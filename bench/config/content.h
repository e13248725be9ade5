// What a file says, whoever wrote it down and how.
#pragma once

#include <string>

#include "bench/config/yaml.h"

namespace meterbench {

/// The content of `node` in one form, for a hash: JSON on one line, keys sorted, all scalars as text, numbers
/// and quantities as their shortest text in the kind's own unit (`30 min` is `1800 s`), a list of one item as
/// that item. Comments, order of keys, quotes, flow or block style do not show.
[[nodiscard]] std::string content_text(const YamlNode& node);

/// `node` as JSON on one line, for a program: numbers as numbers, `true` and `false` as such, all else as
/// text.
[[nodiscard]] std::string json_text(const YamlNode& node);

}  // namespace meterbench
