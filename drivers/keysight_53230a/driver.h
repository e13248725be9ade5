// Keysight 53230A universal counter: SCPI over USBTMC.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/station/pulse_counter.h"
#include "drivers/keysight_53230a/usbtmc_session.h"
#include "drivers/link/operations.h"

namespace meterbench::keysight_53230a {

/// How an input looks at its pulses. The defaults are for a photodiode that gives 0 V dark and 5 V lit.
/// `made`: to be settled with the pickup in use.
struct CounterInput {
  enum class Coupling { dc, ac };
  enum class Slope { rising, falling };
  enum class Impedance { ohm_50, megohm_1 };
  enum class Range { v5, v50 };

  Voltage level{2.5};  ///< absolute, within the range; never the automatic one, which loses slow pulses
  Coupling coupling = Coupling::dc;
  Slope slope = Slope::rising;
  Impedance impedance = Impedance::megohm_1;
  Range range = Range::v5;
};

enum class TimeBase { internal, external };

/// What every 53230A can do with this driver.
[[nodiscard]] CounterCapabilities capabilities();

/// Input 0 is channel 1, input 1 channel 2. What is known of the instrument stands in quirks.md.
///
/// Opens its link when it needs it. One thing at a time: another is refused until then. The first use of an
/// input on a connection waits a second for its relays; from then on a gate opens some 50 ms after the call.
/// A long measurement does not block the bus: its end is asked for by the status byte.
class Counter53230a final : public PulseCounter, private Operations {
 public:
  using Inputs53230a = std::array<CounterInput, 2>;

  /// The link must outlive the driver, which closes it. Throws std::invalid_argument for a level beyond its
  /// range.
  explicit Counter53230a(UsbLink& link, const Inputs53230a& inputs = {},
                         TimeBase time_base = TimeBase::internal);
  ~Counter53230a() override;

  [[nodiscard]] CounterCapabilities capabilities() const override { return keysight_53230a::capabilities(); }
  void start_identify(Done<std::string> done) override;
  void start_timestamps(int input, std::uint64_t edges, Duration limit,
                        Done<std::vector<Seconds>> done) override;
  void start_total(int input, Duration gate, Done<std::uint64_t> done) override;
  void start_stop(Done<void> done) override;

 private:
  using Then = std::function<void()>;

  /// A measurement, from its set-up to the text of its reading.
  struct Measurement {
    std::size_t input = 0;
    std::vector<std::string> configure;  ///< CONF and what goes with it
    Duration limit{};                    ///< after which it must be over
    Duration fetch_patience{};
    std::function<void(const std::string&)> interpret;
  };

  template <class T>
  [[nodiscard]] Op begin_measuring(std::string text, const Done<T>& done);

  // Steps. Each ends in `then`, or in fail().
  void connect(const Op& op, Then then);
  void send(const Op& op, const std::string& command, Then then);
  void ask(const Op& op, const std::string& query, Duration patience, std::function<void(std::string)> then);
  /// Sends a command and looks whether it was carried out.
  void tell(const Op& op, const std::string& command, Then then);
  void tell_all(const Op& op, std::shared_ptr<const std::vector<std::string>> commands, std::size_t next,
                Then then);
  void collect_errors(const Op& op, const std::string& command, std::vector<std::string> found, Then then);
  void later(const Op& op, Duration delay, Then then);

  void measure(const Op& op, Measurement measurement);
  [[nodiscard]] std::vector<std::string> set_up_commands(const Measurement& measurement) const;
  void trigger(const Op& op, const std::shared_ptr<const Measurement>& measurement);
  void await_end(const Op& op, const std::shared_ptr<const Measurement>& measurement, Instant deadline);
  void give_up(const Op& op);
  void fetch(const Op& op, const std::shared_ptr<const Measurement>& measurement);
  void check_health(const Op& op, std::size_t input, Then then);
  void check_questionable(const Op& op, const std::string& query, Then then);

  UsbtmcSession session_;
  Inputs53230a inputs_;
  TimeBase time_base_;
  bool stopping_ = false;
  std::vector<Done<void>> stop_waiters_;

  /// What this connection has seen already.
  struct Connection {
    bool reset = false;
    std::array<bool, 2> relays_settled{};
  };
  Connection connection_;
};

}  // namespace meterbench::keysight_53230a
