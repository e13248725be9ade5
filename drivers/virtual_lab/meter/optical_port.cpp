#include "drivers/virtual_lab/meter/optical_port.h"

namespace meterbench::virtual_lab {

void OpticalPort::opened(Instant) {
  static_cast<void>(meter_.take_said());  // while nobody listened
}

void OpticalPort::on_bytes(Instant now, ByteView bytes, Bytes& reply) {
  meter_.hear(bytes);
  on_time(now, reply);
}

void OpticalPort::on_time(Instant, Bytes& reply) {
  const Bytes said = meter_.take_said();
  reply.insert(reply.end(), said.begin(), said.end());
}

}  // namespace meterbench::virtual_lab
