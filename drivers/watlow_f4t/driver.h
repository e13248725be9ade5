#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/station/chamber.h"
#include "drivers/link/modbus_link.h"
#include "drivers/protocol/modbus/framing.h"

namespace meterbench::watlow_f4t {

struct Options {
  ChamberCapabilities reach;  ///< of the chamber; a set point beyond it never leaves the driver
  bool serial = false;        ///< the link is a serial line: its units stand in a register of their own
  std::optional<int> limit_slot = 1;           ///< slot of the limit controller, from 1; none is installed
  int alarms = 6;                              ///< how many alarms are looked at, from the first
  Duration timeout = std::chrono::seconds{1};  ///< of one request
};

/// A chamber with a Watlow F4T: loop 1 holds the air by analogue input 1, analogue input 2 is on the meter's
/// body. What is known of the instrument stands in quirks.md.
///
/// The panel may change units and word order at any time, so both are read with each command: nothing is
/// remembered. Opens its link whenever it is needed. Between two frames on a serial line the controller wants
/// 30 ms: the link's affair.
class WatlowF4t final : public Chamber {
 public:
  /// `link` must outlive the driver, which closes it.
  WatlowF4t(ModbusLink& link, Options options);
  ~WatlowF4t() override;

  void start_identify(Done<std::string> done) override;
  void start_condition(Temperature target, Done<void> done) override;
  void start_read(Done<ChamberReading> done) override;
  void start_stop(Done<void> done) override;

 private:
  using Words = std::vector<std::uint16_t>;
  using Questions = std::vector<ModbusLink::Request>;
  /// Of all questions, by address.
  class Answers;

  /// How temperatures lie in registers.
  struct Scale {
    bool fahrenheit = false;
    modbus::WordOrder order = modbus::WordOrder::low_word_first;
    Temperature low;  ///< set-point limits
    Temperature high;
  };

  [[nodiscard]] ModbusLink::Request reading(std::string text, std::uint16_t address,
                                            std::uint16_t count = 1) const;
  [[nodiscard]] ModbusLink::Request writing(std::string text, std::uint16_t address, Words values) const;
  /// In this order, one after the other; the first failure ends it.
  void ask(Questions questions, Done<Answers> done);

  [[nodiscard]] Questions scale_questions() const;
  [[nodiscard]] Questions health_questions() const;
  [[nodiscard]] Result<Scale> scale_of(const Answers& answers) const;
  /// Whether the controller conditions, or would, undisturbed: no limit has tripped and no alarm is active.
  [[nodiscard]] Result<void> healthy(const Answers& answers) const;
  [[nodiscard]] Result<void> no_profile(const Answers& answers) const;
  [[nodiscard]] Result<std::string> identity_of(const Answers& answers) const;
  [[nodiscard]] Result<ChamberReading> reading_of(const Answers& answers) const;
  [[nodiscard]] Result<Temperature> input(const Answers& answers, int number, std::uint16_t value) const;
  [[nodiscard]] Result<Temperature> temperature(const Answers& answers, std::uint16_t address,
                                                const Scale& scale) const;
  void write_set_point(Temperature target, const Scale& scale, Done<void> done);
  void set_mode(std::uint16_t mode, Done<void> done);

  [[nodiscard]] tl::unexpected<Fault> born(Errc code, std::string command, std::string detail) const;

  ModbusLink& link_;
  Options options_;
};

}  // namespace meterbench::watlow_f4t
