// A meter as its optical port shows it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/bytes.h"
#include "bench/core/quantity.h"
#include "bench/core/reactor.h"
#include "bench/core/time.h"
#include "bench/station/meter_procedure.h"
#include "bench/station/meter_readings.h"

namespace meterbench {

struct MeterIdentity {
  std::string manufacturer;
  std::string model;
  std::string hardware;  ///< `1.0`
  std::string firmware;  ///< `5.34`
  std::string serial_number;
  std::string device_id;
  std::optional<ActiveEnergy> kt;  ///< of its nameplate; nothing where it does not tell

  friend bool operator==(const MeterIdentity&, const MeterIdentity&) = default;
};

/// Who a meter is and how it is configured: what must not change during a run.
struct MeterState {
  MeterIdentity identity;
  std::map<std::uint16_t, Bytes> configuration;  ///< tables that hold no measured value and no clock

  /// Over identity and configuration, lower-case hexadecimal.
  [[nodiscard]] std::string sha256() const;
};

/// A reading of the registers: the value held at some instant between asking and answering.
struct MeterRegisters {
  std::optional<ActiveEnergy> delivered;  ///< nothing where the meter has no such register
  std::optional<ActiveEnergy> received;
  ActiveEnergy step{};  ///< the registers' own resolution
  Instant asked{};      ///< the last byte of the request has left
  Instant answered{};   ///< the first byte of the reply is there
};

/// One session each: identify, negotiate, log on, what is wanted, log off. The link may be lost at any time;
/// that energises nothing.
class Meter {
 public:
  virtual ~Meter() = default;

  /// Whether the probe hears what it sends (it is then dropped). Needs no meter in front of it.
  virtual void start_probe_echo(Done<bool> done) = 0;
  virtual void start_identify(Done<MeterIdentity> done) = 0;
  virtual void start_read_state(Done<MeterState> done) = 0;
  virtual void start_read_registers(Done<MeterRegisters> done) = 0;
  /// Whole tables by their number on the wire (standard as is, manufacturer + 2048), as bytes, in the order
  /// asked; one session.
  virtual void start_read_tables(std::vector<std::uint16_t> tables,
                                 Done<std::map<std::uint16_t, Bytes>> done) = 0;
  /// Asks the meter to give `pulses` pulses of its test LED by themselves, without energy, at 10 Hz or more,
  /// so that the bench can tell which LED belongs to this port. Done once the meter has said that it will;
  /// refused where it knows no such procedure.
  virtual void start_signal(unsigned pulses, Done<void> done) = 0;

  /// As start_read_tables(), but for somebody else than the bench: with that password, empty for none. With
  /// no tables it is the password alone that is tried. Refused where the meter refuses it.
  virtual void start_read_tables_as(std::string password, std::vector<std::uint16_t> tables,
                                    Done<std::map<std::uint16_t, Bytes>> done);

  // What a driver has no means for it leaves refused, as a meter without the tables does.
  virtual void start_read_status(Done<MeterStatus> done);
  virtual void start_read_billing(Done<MeterBilling> done);
  virtual void start_read_present(Done<MeterPresent> done);
  virtual void start_read_clock(Done<MeterClock> done);
  virtual void start_read_log(Done<MeterLog> done);
  virtual void start_read_profile(Done<MeterProfile> done);
  /// Done once the meter has said that it is done. Refused, in words, where it knows no such procedure, the
  /// session has too little clearance, or the meter is sealed.
  virtual void start_procedure(const MeterCommand& command, Done<void> done);
};

}  // namespace meterbench
