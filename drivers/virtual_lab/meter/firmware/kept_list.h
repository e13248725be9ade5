// What is done with the lists of MeterData. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

/// The oldest entry makes room when the list is full.
template <class Entry, std::uint32_t kMost>
void keep(KeptList<Entry, kMost>& list, const Entry& entry) {
  list.last = list.count == 0 ? 0 : (list.last + 1) % kMost;
  list.entries[list.last] = entry;
  if (list.count < kMost) ++list.count;
  if (list.unread < list.count) ++list.unread;
}

template <class Entry, std::uint32_t kMost>
void clear(KeptList<Entry, kMost>& list) {
  list.count = list.last = list.unread = 0;
}

/// The `entries` oldest of those unread have been read; false where there are fewer.
template <class Entry, std::uint32_t kMost>
[[nodiscard]] bool mark_read(KeptList<Entry, kMost>& list, std::uint32_t entries) {
  if (entries > list.unread) return false;
  list.unread -= entries;
  return true;
}

/// Entry `age` before the newest, which is 0; below count.
template <class List>
[[nodiscard]] auto& entry_of_age(List& list, std::uint32_t age) {
  constexpr std::uint32_t kMost = sizeof list.entries / sizeof list.entries[0];
  return list.entries[(list.last + kMost - age) % kMost];
}

}  // namespace meterbench::firmware
