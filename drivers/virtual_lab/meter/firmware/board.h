// The board that a meter firmware runs on: one map of memory, version 1. The host fills it for a firmware in
// its own process or, through shared memory, for an image in an emulator; another team's firmware meets this
// map to take the place of ours. Little-endian; freestanding.
//
// Time is the number of samples taken since reset: sample n was converted n/3840 s after it, by the meter's
// own clock. Nothing else on the board tells the time.
//
// Every index and every plain word has one writer. Indexes count slots since reset and wrap at 2^32; a slot
// is written before the index that hands it over.
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

struct Board {
  // Host to firmware, except as marked.
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t run_until;        // take samples up to this number (low 32 bits), then wait for the doorbell
  std::uint32_t doorbell;         // changes when there is something to do
  std::uint32_t power_good;       // 0: the supply fails, save what must be saved
  std::uint32_t reset_cause;      // ResetCause
  std::uint32_t fault_word;       // firmware to host, kFault…
  std::uint32_t relay;            // firmware to host: 1 is closed
  std::uint32_t switches;         // bit 0 display, 1 demand reset, 2 test mode, 3 disconnect; 1 is pressed
  std::uint32_t cover;            // 1 is open
  std::int32_t thermometer;       // m°C
  std::uint32_t display_changes;  // firmware to host: counts new texts
  char display[80];               // firmware to host: UTF-8, ends at the first 0
  std::uint8_t eeprom[4096];      // contents at reset; the firmware writes through eeprom_writes alone
  Ring<Sample, 4096> samples;
  Ring<LedEdge, 1024> led_edges;  // firmware to host
  Ring<UartByte, 1024> uart_in;
  Ring<UartByte, 1024> uart_out;          // firmware to host
  Ring<EepromWrite, 1024> eeprom_writes;  // firmware to host
};

static_assert(std::is_standard_layout_v<Board> && std::is_trivially_copyable_v<Board>);
static_assert(offsetof(Board, run_until) == 8);
static_assert(offsetof(Board, fault_word) == 24);
static_assert(offsetof(Board, thermometer) == 40);
static_assert(offsetof(Board, display) == 48);
static_assert(offsetof(Board, eeprom) == 128);
static_assert(offsetof(Board, samples) == 4224);
static_assert(offsetof(Board, led_edges) == 53384);
static_assert(offsetof(Board, uart_in) == 69776);
static_assert(offsetof(Board, uart_out) == 86168);
static_assert(offsetof(Board, eeprom_writes) == 102560);
static_assert(sizeof(Board) == 118952);

}  // namespace meterbench::firmware
