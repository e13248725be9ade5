// For tests of records: a good file in which one text is exchanged, and what the loader says of it.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>

#include "bench/config/yaml.h"
#include "tests/support/temporary_folder.h"

namespace meterbench::testing {

/// `good` with its only occurrence of `from` exchanged for `to`; throws std::logic_error when there is not
/// just one.
[[nodiscard]] inline std::string exchanged(std::string good, const std::string& from, const std::string& to) {
  const std::size_t at = good.find(from);
  if (at == std::string::npos || good.find(from, at + 1) != std::string::npos)
    throw std::logic_error{"not just one '" + from + "'"};
  return good.replace(at, from.size(), to);
}

/// The mistakes of a file with this text, without its folder.
template <class Load>
[[nodiscard]] std::string mistakes_of(const std::string& text, Load load) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "f.yaml";
  std::ofstream{path} << text;
  Mistakes mistakes;
  const bool loaded = load(path, mistakes).has_value();
  std::string told;
  for (const Mistake& mistake : mistakes.list()) {
    FilePosition position = mistake.position;
    if (position.file == path.string()) position.file = "f.yaml";
    told += Mistake{position, mistake.text}.message() + "\n";
  }
  if (loaded != mistakes.empty()) told += "loaded with mistakes, or refused without\n";
  return told;
}

}  // namespace meterbench::testing
