#pragma once

#include <optional>

#include "bench/core/simulated_reactor.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/link/libmodbus_link.h"
#include "drivers/link/memory_link.h"
#include "drivers/link/modbus_frames.h"

namespace meterbench {

/// The real libmodbus over a socket pair to a far end in the same process, in simulated time. Time stands
/// still from the start of a call until its request is read at the far end, and from the reply's arrival
/// until the call has returned; in between it runs, as nothing but the reply or the deadline can end the
/// call.
class MemoryModbusLink final : public LibmodbusLink {
 public:
  /// `far_end` must outlive the link.
  MemoryModbusLink(SimulatedReactor& reactor, std::string device, ModbusFarEnd& far_end, std::uint8_t unit,
                   WireTime wire = WireTime::network());
  ~MemoryModbusLink() override;

 private:
  Result<Descriptor> connect() override;
  void leave(int line) override;
  void call_begun() override { hold(); }
  void call_over() override { release(); }

  void hold();
  void release();
  void hear();
  void answer(const ModbusTcpRequest& request);
  void deliver(ByteView frame, const ModbusFarEnd::Reply& reply);
  [[nodiscard]] Reactor::Action guarded(std::function<void()> action);

  SimulatedReactor& simulated_;
  ModbusFarEnd& far_end_;
  WireTime wire_;
  std::size_t number_;
  Descriptor far_;                 // the far end's side of the socket pair
  Bytes heard_;                    // of a request, so far
  bool holding_ = false;           // the reactor's time stands still for this link
  std::shared_ptr<bool> session_;  // false once this opening of the link is over
};

}  // namespace meterbench
