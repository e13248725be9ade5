// For tests: a meter's life on its board, whatever runs the firmware there: varied load, sessions at the
// optical port, switches, cover, temperatures and power cuts, each at its sample, and all that comes of it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "drivers/virtual_lab/meter/processor.h"

namespace meterbench::testing {

/// What a firmware gives out, stamped in samples since the beginning, dead ones too.
struct Outputs {
  using LedEdge = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;
  using Byte = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>;  // address 0 on a line

  std::vector<LedEdge> led;
  std::vector<Byte> said, written;
  /// At each input: display, relay, fault word, clock, what it tells of its rest, port and watchdog.
  std::vector<std::string> seen;
  std::array<std::uint8_t, 4096> eeprom{};

  friend bool operator==(const Outputs&, const Outputs&) = default;
};

class Drill {
 public:
  /// `minutes` of it; another `seed` is another life.
  Drill(double minutes, std::uint32_t seed);

  /// In blocks of at most `block` samples.
  [[nodiscard]] Outputs run(virtual_lab::Processor& processor, std::uint32_t block) const;

  [[nodiscard]] std::size_t sessions() const { return sessions_; }
  [[nodiscard]] std::size_t power_cuts() const { return power_cuts_; }

 private:
  class Life;
  using Action = std::function<void(Life&)>;

  void add_loads(std::uint64_t end);
  void add_session(std::uint64_t begin);
  void add_power_cut(std::uint64_t begin);
  void add_switches(std::uint64_t begin);
  std::uint32_t dice(std::uint32_t below);

  std::uint32_t state_;
  std::uint64_t end_;
  std::multimap<std::uint64_t, Action> actions_;  // by sample
  std::size_t sessions_ = 0, power_cuts_ = 0;
};

}  // namespace meterbench::testing
