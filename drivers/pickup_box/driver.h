#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/station/photodiode.h"
#include "drivers/link/byte_link.h"

namespace meterbench::pickup_box {

/// Our pickup box on a serial line of 115200 baud, 8N1: protocol.md. Opens its link whenever it is needed.
class PickupBox final : public Photodiode, public Display {
 public:
  /// `link` must outlive the driver, which closes it.
  explicit PickupBox(ByteLink& link) : link_{link} {}
  ~PickupBox() override;

  void start_identify(Done<std::string> done) override;
  void start_read(const std::string& position, Done<PickupReading> done) override;
  void start_set_debounce(const std::string& position, Seconds debounce, Done<void> done) override;
  void start_read_display(const std::string& position, Done<std::string> done) override;

 private:
  /// Done with what stands behind `OK`.
  void ask(const std::string& request, Done<std::string> done);
  [[nodiscard]] Result<std::string> values_of(const std::string& request, ByteView reply) const;
  [[nodiscard]] Result<PickupReading> reading_of(const std::string& request, const std::string& values) const;
  [[nodiscard]] tl::unexpected<Fault> born(Errc code, std::string command, std::string detail) const;

  ByteLink& link_;
  unsigned number_ = 0;
};

}  // namespace meterbench::pickup_box
