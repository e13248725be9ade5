#pragma once

#include <optional>

#include "bench/core/simulated_reactor.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/link/libmodbus_link.h"
#include "drivers/link/memory_link.h"
#include "drivers/link/modbus_frames.h"

namespace meterbench {

/// The real libmodbus over a socket pair to a far end in the same process, in simulated time. It is called
/// where it need not wait: a request at once, a reply when it has arrived, which it then reads whole. Of a
/// reply that is cut short it is not told, since it would wait for the rest: the deadline ends that.
class MemoryModbusLink final : public LibmodbusLink {
 public:
  /// `far_end` must outlive the link.
  MemoryModbusLink(SimulatedReactor& reactor, std::string device, ModbusFarEnd& far_end, std::uint8_t unit,
                   WireTime wire = WireTime::network());
  ~MemoryModbusLink() override;

 private:
  Result<Descriptor> connect() override;
  void leave(int line) override;
  void exchange(Bytes pdu) override;
  void give_up() override {}

  void answer(const ModbusTcpRequest& request);
  void deliver(ByteView frame, const ModbusFarEnd::Reply& reply);
  [[nodiscard]] Reactor::Action guarded(std::function<void()> action);

  SimulatedReactor& simulated_;
  ModbusFarEnd& far_end_;
  WireTime wire_;
  std::size_t number_;
  Descriptor far_;                 // the far end's side of the socket pair
  std::shared_ptr<bool> session_;  // false once this opening of the link is over
};

}  // namespace meterbench
