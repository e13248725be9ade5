#pragma once

#include "drivers/link/descriptor_link.h"
#include "drivers/link/serial_line.h"

namespace meterbench {

/// Bytes over a serial port.
class SerialLink final : public DescriptorLink {
 public:
  /// Throws std::invalid_argument when a port cannot be set like this.
  SerialLink(Reactor& reactor, std::string device, std::string path, const SerialSettings& settings)
      : DescriptorLink{reactor, std::move(device), path}, path_{std::move(path)}, settings_{settings} {
    check(settings);
  }
  ~SerialLink() override { close(); }

 private:
  Result<Descriptor> connect() override { return open_serial_line(device(), path_, settings_); }
  void leave(int descriptor) override { leave_serial_line(descriptor); }

  std::string path_;
  SerialSettings settings_;
};

}  // namespace meterbench
