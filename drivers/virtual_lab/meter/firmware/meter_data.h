// What the meter knows beyond its samples, as its tables tell it: filled by the billing, read by the optical
// port and the display. Plain data. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// Local time of the meter: seconds since 2000-01-01 00:00:00.
using LocalTime = std::uint32_t;
inline constexpr LocalTime kNoTime = 0xFFFFFFFFU;  ///< the meter does not know it

/// Energy and demand are kept by direction; net is delivered − received.
inline constexpr std::uint32_t kDelivered = 0, kReceived = 1, kFlows = 2;
inline constexpr std::uint32_t kTiers = 4;
inline constexpr std::uint32_t kSelfReads = 4;
inline constexpr std::uint32_t kLoggedEvents = 32;

/// A maximum demand.
struct PeakDemand {
  std::uint32_t watts;
  LocalTime at;                    ///< end of its interval; kNoTime: none yet
  std::uint64_t cumulative_watts;  ///< sum of the maxima that resets have ended
  friend bool operator==(const PeakDemand&, const PeakDemand&) = default;
};

struct RegisterBlock {
  std::uint64_t pulses[kFlows];  ///< energy, in whole Kt
  PeakDemand peak[kFlows];
  friend bool operator==(const RegisterBlock&, const RegisterBlock&) = default;
};

struct RegisterSet {
  std::uint8_t demand_resets;  ///< wraps
  RegisterBlock total;
  RegisterBlock tier[kTiers];
  friend bool operator==(const RegisterSet&, const RegisterSet&) = default;
};

/// The registers as they were: before a demand reset, or at a self read.
struct KeptRegisters {
  LocalTime at;
  std::uint16_t sequence;
  RegisterSet registers;
  friend bool operator==(const KeptRegisters&, const KeptRegisters&) = default;
};

/// Of the last whole second, RMS by 64 samples a period.
struct PresentValues {
  std::uint32_t millivolts;
  std::uint32_t milliamperes[2];
  std::int32_t watts;                       ///< delivered positive
  std::int32_t power_factor_ppm;            ///< −1,000,000 … 1,000,000; 0 without apparent power
  std::uint32_t millihertz;                 ///< 0 without voltage
  std::uint32_t demand_watts[kFlows];       ///< energy of the interval so far over its whole length
  std::uint32_t last_demand_watts[kFlows];  ///< of the last whole interval
  std::uint32_t demand_seconds_left;        ///< of the interval under way
  friend bool operator==(const PresentValues&, const PresentValues&) = default;
};

/// As ED_MODE of ST-03 has them: one bit.
enum class Mode : std::uint8_t { metering = 1U << 0U, test = 1U << 1U };

/// ED_STD_STATUS1 of ST-03.
inline constexpr std::uint16_t kStatusUnprogrammed = 1U << 0U, kStatusConfiguration = 1U << 1U,
                               kStatusNonVolatile = 1U << 5U, kStatusClock = 1U << 6U,
                               kStatusDemandOverload = 1U << 10U, kStatusPowerFailure = 1U << 11U,
                               kStatusTamper = 1U << 12U, kStatusReverseRotation = 1U << 13U;

/// An entry of the event log; codes as ST-76 has them (optical-port.md 6.13).
struct LoggedEvent {
  LocalTime at;
  std::uint16_t number;  ///< counts up
  std::uint16_t user;    ///< 0: nobody by the optical port
  std::uint16_t code;
  std::uint16_t argument;  ///< table or procedure, as in ST-07; else 0
  friend bool operator==(const LoggedEvent&, const LoggedEvent&) = default;
};
enum EventCode : std::uint16_t {
  kEventPowerDown = 1,
  kEventPowerUp = 2,
  kEventClockBefore = 3,
  kEventClockAfter = 4,
  kEventProcedure = 9,
  kEventTableWritten = 10,
  kEventLogCleared = 16,
  kEventDemandReset = 20,
  kEventSelfRead = 21,
  kEventTierChange = 27,
  kEventTestModeOn = 32,
  kEventTestModeOff = 33,
  kEventWrongPassword = 2048,  // from here on ours, of the manufacturer's events
  kEventSealed = 56,
  kEventUnsealed = 57,
  kEventRelayOpened = 2049,
  kEventRelayClosed = 2050,
  kEventCoverOpened = 2051,
  kEventCoverClosed = 2052,
};

/// A list whose oldest entries make room for new ones; entry `first` is the oldest.
template <class Entry, std::uint32_t kMost>
struct KeptList {
  Entry entries[kMost];
  std::uint32_t count;   ///< entries there are
  std::uint32_t last;    ///< index of the newest, while count is not 0
  std::uint32_t unread;  ///< not yet marked as read by procedure 5
  friend bool operator==(const KeptList&, const KeptList&) = default;
};

struct MeterData {
  Mode mode;
  bool sealed;
  bool relay_closed;
  std::uint8_t tier;  ///< 0 … kTiers − 1, in force
  std::uint16_t status;
  std::uint32_t fault_word;
  LocalTime now;
  RegisterSet registers;   ///< in test mode those of the test
  KeptRegisters previous;  ///< before the last demand reset; at kNoTime: there was none
  KeptList<KeptRegisters, kSelfReads> self_reads;
  KeptList<LoggedEvent, kLoggedEvents> events;
  /// What was done through the optical port: tables written, procedures.
  KeptList<LoggedEvent, kLoggedEvents> history;
  PresentValues present;
  friend bool operator==(const MeterData&, const MeterData&) = default;
};

}  // namespace meterbench::firmware
