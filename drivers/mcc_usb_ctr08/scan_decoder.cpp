#include "drivers/mcc_usb_ctr08/scan_decoder.h"

#include <fmt/format.h>

#include <stdexcept>

namespace meterbench::mcc_usb_ctr08 {

ScanDecoder::ScanDecoder(std::size_t leds, Instant start, Duration period, std::uint32_t most_per_period)
    : start_{start}, period_{period}, most_per_period_{most_per_period}, leds_(leds) {}

tl::expected<std::vector<ScanDecoder::LedEdge>, std::string> ScanDecoder::decode(ByteView samples) {
  const std::size_t scan_bytes = 2 * samples_per_scan(leds_.size());
  if (samples.size() % scan_bytes != 0) throw std::logic_error{"a part of a scan"};
  const auto implausible = [&](std::string input, std::uint32_t pulses) {
    return tl::unexpected{
        fmt::format("{} gave {} pulses between two scans, more than {}", input, pulses, most_per_period_)};
  };

  std::vector<LedEdge> edges;
  for (; !samples.empty(); samples = samples.subspan(scan_bytes)) {
    const auto sample = [&](std::size_t i) {
      return static_cast<std::uint16_t>(samples[2 * i] | (samples[2 * i + 1] << 8U));
    };
    const std::uint32_t reference = sample(0) | (std::uint32_t{sample(1)} << 16U);
    const bool first = scans_++ == 0;
    // Modulo the counter's width, so that a wrap is nothing special.
    const std::uint32_t reference_pulses = first ? 0 : reference - reference_count_;
    reference_count_ = reference;
    if (reference_pulses > most_per_period_) return implausible("the reference", reference_pulses);
    for (std::size_t i = 0; i < leds_.size(); ++i) {
      Led& led = leds_[i];
      const std::uint16_t count = sample(2 + i);
      const auto pulses = static_cast<std::uint16_t>(first ? 0 : count - led.count);
      led.count = count;
      if (pulses > most_per_period_) return implausible(fmt::format("LED {}", i), pulses);
      // The best guess of an edge between two scans: the middle, in time as in count.
      for (unsigned n = 0; n < pulses; ++n)
        edges.push_back({i,
                         {led.edges++, start_ + scans_ * period_ - period_ / 2,
                          static_cast<double>(reference_total_) + reference_pulses / 2.0}});
    }
    reference_total_ += reference_pulses;
  }
  return edges;
}

}  // namespace meterbench::mcc_usb_ctr08
