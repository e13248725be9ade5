// The measuring modules of a simulated COM5003 and their MEASURE, READ, INIT and FETCH: instruments.md 4.2.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/core/time.h"
#include "drivers/virtual_lab/world/reference_input.h"

namespace meterbench::zera_com5003 {

class Measuring {
 public:
  /// From one published value of a module to the next.
  static constexpr Duration kPeriod = std::chrono::milliseconds{500};
  [[nodiscard]] static bool publishes_at(Instant t) { return t.time_since_epoch() % kPeriod == Duration{}; }

  /// `full_double`: older releases print all digits, the others eight.
  explicit Measuring(bool full_double);

  /// Places of the channel, or of all of a module where `channel` is empty; none: there is no such thing.
  [[nodiscard]] std::vector<std::size_t> find(std::string_view module, std::string_view channel) const;

  /// INIT: the next values will be captured.
  void arm(const std::vector<std::size_t>& places);
  /// Whether some of them are still to come.
  [[nodiscard]] bool pending(const std::vector<std::size_t>& places) const;
  void publish(const virtual_lab::ReferenceInput::Reading& reading);
  /// What FETCH says: `RMS1:UL1:[V]:241.5;`, and `;` for what was never captured.
  [[nodiscard]] std::string captured(const std::vector<std::size_t>& places) const;

 private:
  struct Channel {
    std::string_view module;
    std::string name;
    std::string_view unit;
    std::function<double(const virtual_lab::ReferenceInput::Reading&)> value;
    bool armed = false;
    std::optional<double> capture{};
  };
  [[nodiscard]] std::string number(double value) const;

  bool full_double_;
  std::vector<Channel> channels_;
};

}  // namespace meterbench::zera_com5003
