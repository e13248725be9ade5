// A link to one Modbus device: a queue of requests, one on the wire at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/core/reactor.h"

namespace meterbench {

enum class ModbusFunction : std::uint8_t {
  read_coils = 1,
  read_discrete_inputs = 2,
  read_holding_registers = 3,
  read_input_registers = 4,
  write_coil = 5,
  write_register = 6,
  write_coils = 15,
  write_registers = 16,
};

/// Not thread-safe: the bench thread alone. A time-out, a reply that does not belong to the request, or loss
/// closes the link: the request that failed is told first, then all that wait end as disconnected. Before
/// anything is written again the link is opened anew, so that no late reply is taken for another's. An
/// exception reply is `refused` (its number and name in the fault's detail) and leaves the link open.
class ModbusLink {
 public:
  struct Request {
    std::string text;  ///< for people, enters the Fault: `read process value`
    ModbusFunction function{};
    std::uint16_t address = 0;
    std::uint16_t count = 0;            ///< of what is read; 0 for a write
    std::vector<std::uint16_t> values;  ///< what is written: registers, or bits as 0 and 1
    Duration timeout{};
  };

  ModbusLink(Reactor& reactor, std::string device) : reactor_{reactor}, device_{std::move(device)} {}
  virtual ~ModbusLink() = default;
  ModbusLink(const ModbusLink&) = delete;
  ModbusLink& operator=(const ModbusLink&) = delete;

  [[nodiscard]] const std::string& device() const { return device_; }
  [[nodiscard]] Reactor& reactor() const { return reactor_; }
  [[nodiscard]] virtual bool is_open() const = 0;
  /// Harmless when open.
  [[nodiscard]] virtual Result<void> open() = 0;
  virtual void close() = 0;

  /// Done with `count` registers, or bits as 0 and 1; empty for a write. On a closed link: disconnected at
  /// once.
  virtual void start(Request request, Done<std::vector<std::uint16_t>> done) = 0;

 private:
  Reactor& reactor_;
  std::string device_;
};

}  // namespace meterbench
