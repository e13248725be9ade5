#pragma once

#include "drivers/far_end/far_end.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"

namespace meterbench::virtual_lab {

/// The optical port of a meter as the far end of a serial line of 9,600 baud. The world must have been
/// advanced to `now` before each call. Whoever leaves in the middle leaves the meter to its own time-outs.
class OpticalPort final : public FarEnd {
 public:
  /// `meter` must outlive the port.
  explicit OpticalPort(VirtualMeter& meter) : meter_{meter} {}

  void opened(Instant now) override;
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override;
  void on_time(Instant now, Bytes& reply) override;
  [[nodiscard]] std::optional<Instant> next_event() const override { return meter_.port_event(); }
  void closed(Instant) override {}

 private:
  VirtualMeter& meter_;
};

}  // namespace meterbench::virtual_lab
