#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"
#include "bench/model/edge.h"

namespace meterbench::mcc_usb_ctr08 {

/// Turns the samples of a scan into LED edges. One scan is the reference's count modulo 2³² (two banks of 16
/// bits, the low one first) and one count modulo 2¹⁶ for each LED, all latched at one tick; samples are
/// little-endian.
class ScanDecoder {
 public:
  struct LedEdge {
    std::size_t led;
    Edge edge;
  };

  /// Scan k (from 1) is latched at `start` + k·`period`. An input that gives more than `most_per_period`
  /// pulses within a period is no input that the bench knows.
  ScanDecoder(std::size_t leds, Instant start, Duration period, std::uint32_t most_per_period);

  [[nodiscard]] static std::size_t samples_per_scan(std::size_t leds) { return 2 + leds; }

  /// `samples` is a whole number of scans. The edges between each scan and the one before it, in the order of
  /// time; several pulses of an LED within one period are as many edges at one time. The first scan only says
  /// where the counts begin. After a failure (a sentence) the decoder is of no more use.
  [[nodiscard]] tl::expected<std::vector<LedEdge>, std::string> decode(ByteView samples);

 private:
  struct Led {
    std::uint16_t count = 0;
    std::uint64_t edges = 0;
  };

  Instant start_;
  Duration period_;
  std::uint32_t most_per_period_;
  std::int64_t scans_ = 0;
  std::uint32_t reference_count_ = 0;
  std::uint64_t reference_total_ = 0;  // since the first scan
  std::vector<Led> leds_;
};

}  // namespace meterbench::mcc_usb_ctr08
