#pragma once

#include <string>
#include <vector>

namespace meterbench {

/// A table for a terminal. Widths are those of the header's texts at least, so that rows can be printed as
/// they come; columns are counted in code points, not bytes.
class TextTable {
 public:
  struct Column {
    std::string title;
    std::size_t width = 0;  ///< at least
    bool right = false;     ///< aligned
  };
  explicit TextTable(std::vector<Column> columns);

  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string row(const std::vector<std::string>& cells) const;

 private:
  std::vector<Column> columns_;
};

}  // namespace meterbench
