// Makes the links of a station: to the far ends of a virtual lab in simulated time, or to real addresses.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "bench/core/real_reactor.h"
#include "bench/core/simulated_reactor.h"
#include "drivers/link/byte_link.h"
#include "drivers/link/memory_link.h"
#include "drivers/link/modbus_link.h"
#include "drivers/link/usb_link.h"
#include "drivers/virtual_lab/lab/lab.h"

namespace meterbench {

/// On failure a sentence. Nothing is opened: drivers do that when they need their links.
class LinkMaker {
 public:
  template <class Link>
  using Made = tl::expected<std::unique_ptr<Link>, std::string>;

  virtual ~LinkMaker() = default;
  /// `wire`: of the instrument, which tells a serial line's speed.
  virtual Made<ByteLink> byte_link(const std::string& device, const std::string& address,
                                   const WireTime& wire) = 0;
  virtual Made<UsbLink> usb_link(const std::string& device, const std::string& address,
                                 const WireTime& wire) = 0;
  virtual Made<ModbusLink> modbus_link(const std::string& device, const std::string& address,
                                       const WireTime& wire) = 0;
  /// What stands at the far end, for the record: `simulator scpi_source`, `instrument`.
  [[nodiscard]] virtual std::string far_end(const std::string& address) const = 0;
};

/// For `virtual:` addresses alone.
class VirtualLinks final : public LinkMaker {
 public:
  VirtualLinks(SimulatedReactor& reactor, virtual_lab::Lab& lab) : reactor_{reactor}, lab_{lab} {}
  Made<ByteLink> byte_link(const std::string& device, const std::string& address,
                           const WireTime& wire) override;
  Made<UsbLink> usb_link(const std::string& device, const std::string& address,
                         const WireTime& wire) override;
  Made<ModbusLink> modbus_link(const std::string& device, const std::string& address,
                               const WireTime& wire) override;
  [[nodiscard]] std::string far_end(const std::string& address) const override;

 private:
  SimulatedReactor& reactor_;
  virtual_lab::Lab& lab_;
};

/// For addresses of this machine and its network.
class RealLinks final : public LinkMaker {
 public:
  /// `simulated`: the station file says that simulators stand there.
  RealLinks(RealReactor& reactor, bool simulated) : reactor_{reactor}, simulated_{simulated} {}
  Made<ByteLink> byte_link(const std::string& device, const std::string& address,
                           const WireTime& wire) override;
  Made<UsbLink> usb_link(const std::string& device, const std::string& address,
                         const WireTime& wire) override;
  Made<ModbusLink> modbus_link(const std::string& device, const std::string& address,
                               const WireTime& wire) override;
  [[nodiscard]] std::string far_end(const std::string&) const override {
    return simulated_ ? "simulator" : "instrument";
  }

 private:
  RealReactor& reactor_;
  bool simulated_;
};

}  // namespace meterbench
