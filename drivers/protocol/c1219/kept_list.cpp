#include "drivers/protocol/c1219/kept_list.h"

#include <fmt/format.h>

#include <algorithm>

namespace meterbench::c1219 {

std::vector<std::size_t> oldest_first(const ListStatus& status, std::size_t entries, TableReader& reader) {
  if (status.valid == 0) return {};
  if (status.valid > entries || status.last >= entries) {
    reader.fail(
        fmt::format("{} valid entries, the last at {}, in a list of {}", status.valid, status.last, entries));
    return {};
  }
  const bool newest_first = (status.flags & 1U) != 0;
  std::vector<std::size_t> places;
  for (std::size_t n = 0, place = status.last; n < status.valid; ++n) {
    places.push_back(place);
    place = (place + (newest_first ? 1 : entries - 1)) % entries;
  }
  std::ranges::reverse(places);
  return places;
}

}  // namespace meterbench::c1219
