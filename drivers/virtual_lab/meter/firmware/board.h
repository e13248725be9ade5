// The board that a meter firmware runs on: one map of memory, version 1, told in full in ../board.md. The
// host fills it for a firmware in its own process or, through shared memory, for an image in an emulator;
// another team's firmware meets this map to take the place of ours. Little-endian; freestanding.
//
// Time is the number of samples taken since reset: sample n was converted n/3840 s after it, by the meter's
// own clock. Nothing else on the board tells the time.
//
// Every index and every plain word has one writer. Indexes count slots since reset and wrap at 2^32; a slot
// is written before the index that hands it over. The host changes what is marked `waiting` only while the
// firmware waits: whatever a block of samples comes upon has stood since its first sample.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace meterbench::firmware {

inline constexpr std::uint32_t kBoardMagic = 0x4452424D;  // "MBRD"
inline constexpr std::uint32_t kBoardVersion = 1;
inline constexpr std::uint32_t kSampleRate = 3840;  ///< Hz of the meter's clock: 64 a period at 60 Hz

/// From producer to consumer. Capacity is a power of two.
template <class T, std::uint32_t kCapacity>
struct Ring {
  static_assert((kCapacity & (kCapacity - 1)) == 0);
  static constexpr std::uint32_t capacity = kCapacity;

  std::uint32_t written;  // by the producer
  std::uint32_t read;     // by the consumer
  T slots[kCapacity];

  [[nodiscard]] T& slot(std::uint32_t index) { return slots[index & (kCapacity - 1)]; }
};

[[nodiscard]] inline std::uint32_t shared(std::uint32_t& word) {
  return std::atomic_ref{word}.load(std::memory_order_acquire);
}
inline void share(std::uint32_t& word, std::uint32_t value) {
  std::atomic_ref{word}.store(value, std::memory_order_release);
}

/// For the producer. False when the ring is full: the item is lost.
template <class T, std::uint32_t kCapacity>
[[nodiscard]] bool push(Ring<T, kCapacity>& ring, const T& item) {
  const std::uint32_t written = ring.written;
  if (written - shared(ring.read) == kCapacity) return false;
  ring.slot(written) = item;
  share(ring.written, written + 1);
  return true;
}

/// For the consumer. False when the ring is empty.
template <class T, std::uint32_t kCapacity>
[[nodiscard]] bool pop(Ring<T, kCapacity>& ring, T& item) {
  const std::uint32_t read = ring.read;
  if (read == shared(ring.written)) return false;
  item = ring.slot(read);
  share(ring.read, read + 1);
  return true;
}

/// What the converter gives: 24 bits used, −8388607 … 8388607. Scales stand in the calibration record.
struct Sample {
  std::int32_t u;   // voltage of the one voltage coil
  std::int32_t i1;  // currents of both circuits, positive in at the line terminal
  std::int32_t i2;
};

/// The output compare unit gives a pulse of the test LED: it begins at `sample` + `fraction`/2^32, which must
/// not lie before the newest sample that the firmware has been given.
struct LedEdge {
  std::uint64_t sample;
  std::uint32_t fraction;
  std::uint32_t pulse;  // bits 0-30: its width, 2^-16 sample; bit 31: kLedInverted
};
inline constexpr std::uint32_t kLedWidthBits = 16;
inline constexpr std::uint32_t kLedInverted = 1U << 31U;  ///< lit at rest, dark for the pulse

struct UartByte {
  std::uint64_t sample;  // when its stop bit ends (in) or its start bit begins (out)
  std::uint32_t byte;
  std::uint32_t reserved;
};

struct EepromWrite {
  std::uint64_t sample;
  std::uint32_t address;
  std::uint32_t byte;
};

enum class ResetCause : std::uint32_t { power_on = 1, watchdog = 2, command = 3 };

/// Bits of the fault word.
inline constexpr std::uint32_t kFaultCalibration = 1U
                                                   << 0U;  ///< record missing or damaged: nothing is metered
inline constexpr std::uint32_t kFaultLedRing = 1U << 1U;   ///< an LED edge was lost: the ring was full
/// The processor has met what it cannot go on from, at fault_address: the bench ends what it does.
inline constexpr std::uint32_t kFaultException = 1U << 31U;

/// The cell that keeps the time while the supply is off, to the second.
struct ClockCell {
  std::uint32_t known;    // 0: nobody has set it
  std::uint32_t second;   // since 2000-01-01 00:00 of the meter's own time
  std::uint32_t samples;  // of that second that were over, below kSampleRate
};

inline constexpr std::uint64_t kNever = ~std::uint64_t{0};

struct Board {
  // Host to firmware. These two stand here in all versions.
  std::uint32_t magic;        // kBoardMagic
  std::uint32_t version;      // of the map that the host has
  std::uint32_t reset_cause;  // ResetCause
  ClockCell cell_at_reset;    // the time at sample 0
  std::uint32_t run_until;    // take samples up to this number (low 32 bits), then wait for more
  std::uint32_t passed;       // samples before this number are 0 and not in the ring; see rest_until
  std::uint32_t doorbell;     // changes when there is something to do: waiting
  std::uint32_t power_good;   // 0: the supply fails, save what must be saved: waiting
  std::uint32_t switches;  // bit 0 display, 1 demand reset, 2 test mode, 3 disconnect; 1 is pressed: waiting
  std::uint32_t cover;     // 1 is open: waiting
  std::int32_t thermometer;  // m°C: waiting
  std::uint32_t reserved[3];

  // Firmware to host.
  std::uint32_t
      built_for;  // version of the map that the firmware knows, once it has begun; stands here always
  std::uint32_t answered;         // the doorbell that it has answered
  std::uint32_t asleep;           // 1: it sleeps and wants to be woken, ../board.md
  std::uint32_t fault_word;       // kFault…
  std::uint32_t fault_address;    // with kFaultException: the instruction
  std::uint32_t relay;            // 1 is closed
  std::uint32_t display_changes;  // counts new texts
  std::uint32_t led_until;  // all LED edges before this sample (low 32 bits) are in the ring; 0: not told
  ClockCell cell;           // kept while the supply is off
  std::uint32_t reserved_of_firmware;
  std::uint64_t relay_sample;    // at which the relay went where it is
  std::uint64_t display_sample;  // at which the text came
  std::uint64_t port_wake;  // the optical port does something by itself after this sample; kNever: while it
                            // is spoken to alone; 0: the firmware does not tell
  std::uint64_t
      rest_until;          // samples of 0 up to this one may be passed; below the present one: they must not
  std::uint64_t watchdog;  // at this sample the board resets unless it is moved on; 0: there is no watchdog
  char name[48];           // of the firmware, UTF-8, ends at the first 0
  char display[80];        // UTF-8, ends at the first 0

  std::uint8_t eeprom[4096];  // contents at reset, host; the firmware writes through eeprom_writes alone
  Ring<Sample, 4096> samples;
  Ring<LedEdge, 1024> led_edges;  // firmware to host
  Ring<UartByte, 1024> uart_in;
  Ring<UartByte, 1024> uart_out;          // firmware to host
  Ring<EepromWrite, 1024> eeprom_writes;  // firmware to host
};

static_assert(std::is_standard_layout_v<Board> && std::is_trivially_copyable_v<Board>);
static_assert(offsetof(Board, run_until) == 24);
static_assert(offsetof(Board, thermometer) == 48);
static_assert(offsetof(Board, built_for) == 64);
static_assert(offsetof(Board, fault_word) == 76);
static_assert(offsetof(Board, cell) == 96);
static_assert(offsetof(Board, relay_sample) == 112);
static_assert(offsetof(Board, watchdog) == 144);
static_assert(offsetof(Board, display) == 200);
static_assert(offsetof(Board, eeprom) == 280);
static_assert(offsetof(Board, samples) == 4376);
static_assert(offsetof(Board, led_edges) == 53536);
static_assert(offsetof(Board, uart_in) == 69928);
static_assert(offsetof(Board, uart_out) == 86320);
static_assert(offsetof(Board, eeprom_writes) == 102712);
static_assert(sizeof(Board) == 119104);

}  // namespace meterbench::firmware
