#include "drivers/virtual_lab/meter/firmware/billing_store.h"

#include "drivers/virtual_lab/meter/firmware/kept_list.h"
#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint32_t kHead = 8;  // magic and sequence number
constexpr std::uint32_t kChecksumAt = BillingStore::kSize - 4;

/// Both take each number in so many bytes, the lowest first.
class Packer {
 public:
  static constexpr bool kLoads = false;
  explicit Packer(std::uint8_t* place) : place_{place} {}

  template <class T>
  void number(const T& value, unsigned bytes) {
    for (unsigned n = 0; n < bytes; ++n)
      *place_++ = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * n));
  }
  void skip(unsigned bytes) {
    while (bytes-- > 0) *place_++ = 0;
  }
  [[nodiscard]] const std::uint8_t* place() const { return place_; }

 private:
  std::uint8_t* place_;
};

class Unpacker {
 public:
  static constexpr bool kLoads = true;
  explicit Unpacker(const std::uint8_t* place) : place_{place} {}

  template <class T>
  void number(T& value, unsigned bytes) {
    std::uint64_t number = 0;
    for (unsigned n = 0; n < bytes; ++n) number |= std::uint64_t{*place_++} << (8 * n);
    value = static_cast<T>(number);
  }
  void skip(unsigned bytes) { place_ += bytes; }

 private:
  const std::uint8_t* place_;
};

// 2^48 pulses of 1 Wh are 281 TWh, quanta of a pulse are 2^48 at most: six bytes hold what counts up.

constexpr unsigned kPeakBytes = 4 + 4 + 6;
template <class Archive, class Peak>
void fields_of_peak(Archive& archive, Peak& peak) {
  archive.number(peak.watts, 4);
  archive.number(peak.at, 4);
  archive.number(peak.cumulative_watts, 6);
}

constexpr unsigned kBlockBytes = kFlows * (6 + kPeakBytes);
template <class Archive, class Block>
void fields_of_block(Archive& archive, Block& block) {
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) {
    archive.number(block.pulses[flow], 6);
    fields_of_peak(archive, block.peak[flow]);
  }
}

constexpr unsigned kSetBytes = 1 + (1 + kTiers) * kBlockBytes;
template <class Archive, class Set>
void fields_of_registers(Archive& archive, Set& registers) {
  archive.number(registers.demand_resets, 1);
  fields_of_block(archive, registers.total);
  for (auto& block : registers.tier) fields_of_block(archive, block);
}

constexpr unsigned kRestBytes = (1 + kTiers) * kFlows * 6;
template <class Archive, class Rests>
void fields_of_rests(Archive& archive, Rests& rests) {
  for (auto& rest : rests.total) archive.number(rest, 6);
  for (auto& tier : rests.tier)
    for (auto& rest : tier) archive.number(rest, 6);
}

constexpr unsigned kKeptBytes = 4 + 2 + kSetBytes;
template <class Archive, class Kept>
void fields_of_kept(Archive& archive, Kept& kept) {
  archive.number(kept.at, 4);
  archive.number(kept.sequence, 2);
  fields_of_registers(archive, kept.registers);
}

constexpr unsigned kEventBytes = 4 + 4 * 2;
template <class Archive, class Event>
void fields_of_event(Archive& archive, Event& event) {
  archive.number(event.at, 4);
  archive.number(event.number, 2);
  archive.number(event.user, 2);
  archive.number(event.code, 2);
  archive.number(event.argument, 2);
}

/// The newest `most` entries of `list`, the newest first; `bytes` each.
template <class Archive, class List, class Fields>
void fields_of_list(Archive& archive, List& list, std::uint32_t most, unsigned bytes, Fields fields) {
  std::uint32_t count = list.count < most ? list.count : most;
  std::uint32_t unread = list.unread < count ? list.unread : count;
  archive.number(count, 1);
  archive.number(unread, 1);
  if constexpr (Archive::kLoads) {
    list.count = count;
    list.unread = unread;
    list.last = count == 0 ? 0 : count - 1;
  }
  for (std::uint32_t age = 0; age < most; ++age) {
    if (age < count)
      fields(archive, entry_of_age(list, age));
    else
      archive.skip(bytes);
  }
}

constexpr unsigned kStateBytes = 4 + 4 + 3 + 2 + 4 + 3 * 2;
/// All that survives. Of two sets of registers it is the one that the bill is made from.
template <class Archive, class State>
void stored_fields(Archive& archive, State& state) {
  auto& data = state.data;
  archive.number(data.now, 4);
  archive.number(state.clock_samples, 4);
  archive.number(data.mode, 1);
  archive.number(data.sealed, 1);
  archive.number(data.relay_closed, 1);
  archive.number(data.status, 2);
  archive.number(state.exclusion_left, 4);
  archive.number(state.next_event, 2);
  archive.number(state.next_history, 2);
  archive.number(state.next_self_read, 2);
  const bool test = data.mode == Mode::test;
  fields_of_registers(archive, test ? state.parked : data.registers);
  fields_of_rests(archive, test ? state.parked_rests : state.rests);
  fields_of_kept(archive, data.previous);
  const auto kept = [](auto& a, auto& entry) { fields_of_kept(a, entry); };
  const auto event = [](auto& a, auto& entry) { fields_of_event(a, entry); };
  fields_of_list(archive, data.self_reads, BillingStore::kSelfReadsKept, kKeptBytes, kept);
  fields_of_list(archive, data.events, BillingStore::kEvents, kEventBytes, event);
  fields_of_list(archive, data.history, BillingStore::kHistory, kEventBytes, event);
}

constexpr unsigned kListBytes = 2 + BillingStore::kSelfReadsKept * kKeptBytes + 2 +
                                BillingStore::kEvents * kEventBytes + 2 +
                                BillingStore::kHistory * kEventBytes;
static_assert(BillingStore::kSize ==
              kHead + kStateBytes + kSetBytes + kRestBytes + kKeptBytes + kListBytes + 4);
static_assert(BillingStore::kSize < decltype(Board::eeprom_writes)::capacity);
static_assert(BillingStore::kAddress[0] + BillingStore::kSize <= BillingStore::kAddress[1]);
static_assert(BillingStore::kAddress[1] + BillingStore::kSize <= sizeof(Board::eeprom));

bool is_blank(std::uint8_t byte) { return byte == 0 || byte == 0xFFU; }

}  // namespace

std::uint32_t BillingStore::word(std::uint32_t copy, std::uint32_t offset) const {
  std::uint32_t value = 0;
  Unpacker{board_.eeprom + kAddress[copy] + offset}.number(value, 4);
  return value;
}

bool BillingStore::is_whole(std::uint32_t copy) const {
  return word(copy, 0) == kMagic &&
         word(copy, kChecksumAt) == record_checksum(board_.eeprom + kAddress[copy], kChecksumAt);
}

BillingStore::Found BillingStore::load(BillingState& state) {
  const bool whole[2] = {is_whole(0), is_whole(1)};
  if (!whole[0] && !whole[1])
    return is_blank(board_.eeprom[kAddress[0]]) && is_blank(board_.eeprom[kAddress[1]]) ? Found::blank
                                                                                        : Found::damaged;
  const std::uint32_t sequence[2] = {word(0, 4), word(1, 4)};
  // Sequence numbers wrap: of two that follow each other the difference says which is the later one.
  const bool second = whole[1] && (!whole[0] || static_cast<std::int32_t>(sequence[1] - sequence[0]) > 0);
  const std::uint32_t newer = second ? 1 : 0;
  sequence_ = sequence[newer];
  copy_ = 1 - newer;
  Unpacker archive{board_.eeprom + kAddress[newer] + kHead};
  stored_fields(archive, state);
  return Found::whole;
}

void BillingStore::save(const BillingState& state, std::uint64_t sample) {
  if (put_ == kSize) ++sequence_;  // else the copy under way is still not whole, and takes its number along
  put_ = 0;
  Packer archive{image_};
  archive.number(kMagic, 4);
  archive.number(sequence_, 4);
  stored_fields(archive, state);
  archive.number(record_checksum(image_, kChecksumAt), 4);
  proceed(sample);
}

void BillingStore::proceed(std::uint64_t sample) {
  if (put_ == kSize) return;
  while (put_ < kSize) {
    // The first byte goes last: a first copy that is cut leaves the meter as new as it was.
    const std::uint32_t at = (put_ + 1) % kSize;
    const auto address = static_cast<std::uint32_t>(kAddress[copy_] + at);
    if (!push(board_.eeprom_writes, EepromWrite{sample, address, image_[at]})) return;
    ++put_;
  }
  copy_ = 1 - copy_;
}

}  // namespace meterbench::firmware
