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

namespace meterbench {

struct MeterIdentity {
  std::string manufacturer;
  std::string model;
  std::string hardware;  ///< `1.0`
  std::string firmware;  ///< `5.34`
  std::string serial_number;
  std::string device_id;
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
  virtual void start_read_registers(Done<MeterRegisters> done) = 0;
  /// Whole tables by their number on the wire (standard as is, manufacturer + 2048), as bytes, in the order
  /// asked; one session.
  virtual void start_read_tables(std::vector<std::uint16_t> tables,
                                 Done<std::map<std::uint16_t, Bytes>> done) = 0;
};

}  // namespace meterbench
