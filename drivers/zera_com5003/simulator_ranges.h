// The measuring ranges of a simulated COM5003 and how it takes care of overload: instruments.md 4.2.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace meterbench::zera_com5003 {

class Ranges {
 public:
  static constexpr std::array<std::string_view, 6> kChannels{"UL1", "UL2", "UL3", "IL1", "IL2", "IL3"};
  static constexpr std::size_t kIL1 = 3;

  struct Range {
    std::string_view name;
    double nominal = 0;   ///< V or A
    double overload = 0;  ///< rms beyond which it is overloaded
  };

  /// Highest first.
  [[nodiscard]] static std::span<const Range> catalogue(std::size_t channel);

  /// By hand: apply() brings it about. False when there is none of that name.
  [[nodiscard]] bool want(std::size_t channel, std::string_view name);
  /// What has been wanted by hand is in force. Clears an overload that is over.
  void apply();
  /// `SENSE:RNG1:OVERLOAD 0;`: the flags are gone; apply() follows.
  void clear_overload();

  /// One cycle of observation of what is on the channels, rms.
  void observe(const std::array<double, kChannels.size()>& rms);
  /// The flag of the hardware: as if this channel were exceeded in one cycle.
  void exceed(std::size_t channel);

  [[nodiscard]] const Range& active(std::size_t channel) const {
    return catalogue(channel)[active_[channel]];
  }
  [[nodiscard]] std::size_t active_index(std::size_t channel) const { return active_[channel]; }
  [[nodiscard]] bool overloaded() const { return overloaded_; }
  /// On the highest range: stays until a hand ends it.
  [[nodiscard]] bool latched() const { return latched_; }
  /// Of the pulse output and the error calculator, imp/kWh.
  [[nodiscard]] double pulse_constant() const;

  bool automatic = false;
  bool grouped = true;  ///< all voltages share a range, all currents share another

 private:
  void exceed(std::size_t channel, std::size_t range);
  void set(std::array<std::size_t, kChannels.size()>& ranges, std::size_t channel, std::size_t range) const;
  void follow(const std::array<double, kChannels.size()>& rms);

  std::array<std::size_t, kChannels.size()> wanted_{};  // places in the catalogue
  std::array<std::size_t, kChannels.size()> active_{};
  bool exceeded_ = false;  // in the last cycle
  bool overloaded_ = false;
  bool latched_ = false;
};

}  // namespace meterbench::zera_com5003
