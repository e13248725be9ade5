// What of the billing survives a power cut: two copies in the EEPROM, of which the older one is written over.
// Cut after any byte, the newer one stands. Freestanding.
//
// A copy: magic, sequence number, the fields of stored_fields() (billing_store.cpp) and a CRC-32 over all of
// it, little-endian. Of the lists the newest entries survive, as many as the constants below say, of the
// present values nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/billing_state.h"
#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {

class BillingStore {
 public:
  static constexpr std::uint32_t kEvents = 16;
  static constexpr std::uint32_t kHistory = 6;
  static constexpr std::uint32_t kSelfReadsKept = 1;
  /// Bytes of a copy: an empty ring of the board takes it at once, when the supply fails.
  static constexpr std::uint32_t kSize = 980;
  static constexpr std::uint32_t kMagic = 0x314C424D;  // "MBL1"
  static constexpr std::size_t kAddress[2] = {1024, 2560};

  enum class Found {
    blank,    ///< nothing was ever written: a new meter
    damaged,  ///< there was something, and no copy of it is whole
    whole,
  };

  explicit BillingStore(Board& board) : board_{board} {}

  /// Fills `state` with the newer copy where one is whole, and leaves it alone otherwise.
  [[nodiscard]] Found load(BillingState& state);
  /// Writes `state` as it is now. A write that is still under way begins again, with this.
  void save(const BillingState& state, std::uint64_t sample);
  /// Puts as much of the write under way as goes into the board's ring.
  void proceed(std::uint64_t sample);

 private:
  [[nodiscard]] bool is_whole(std::uint32_t copy) const;
  [[nodiscard]] std::uint32_t word(std::uint32_t copy, std::uint32_t offset) const;

  Board& board_;
  std::uint32_t sequence_ = 0;  // of the newest copy
  std::uint32_t copy_ = 0;      // that is written now or next
  std::uint32_t put_ = kSize;   // bytes of image_ that the ring has taken
  std::uint8_t image_[kSize]{};
};

}  // namespace meterbench::firmware
