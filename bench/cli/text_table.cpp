#include "bench/cli/text_table.h"

#include <algorithm>

namespace meterbench {
namespace {

std::size_t code_points(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_{std::move(columns)} {
  for (Column& column : columns_) column.width = std::max(column.width, code_points(column.title));
}

std::string TextTable::header() const {
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  return row(titles);
}

std::string TextTable::row(const std::vector<std::string>& cells) const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string& cell = cells.at(i);
    const std::size_t length = code_points(cell);
    const std::string blanks(columns_[i].width > length ? columns_[i].width - length : 0, ' ');
    if (i > 0) line += "  ";
    line += columns_[i].right ? blanks + cell : cell + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace meterbench
