#include "drivers/keysight_53230a/usbtmc_endpoints.h"

#include "drivers/protocol/usbtmc/framing.h"

namespace meterbench::keysight_53230a {

std::optional<UsbtmcEndpoints> usbtmc_endpoints(const UsbDescription& description) {
  if (description.interface_class != usbtmc::kInterfaceClass ||
      description.interface_subclass != usbtmc::kInterfaceSubclass)
    return std::nullopt;
  UsbtmcEndpoints found;
  for (const auto& [address, kind, most_packet] : description.endpoints) {
    const bool to_host = (address & 0x80U) != 0;
    if (kind == UsbDescription::Endpoint::Kind::bulk) {
      (to_host ? found.bulk_in : found.bulk_out) = address;
      if (to_host) found.bulk_packet = most_packet;
    } else if (to_host) {
      found.interrupt_in = address;
      found.interrupt_packet = most_packet;
    }
  }
  if (found.bulk_out == 0 || found.bulk_in == 0 || found.bulk_packet == 0) return std::nullopt;
  return found;
}

}  // namespace meterbench::keysight_53230a
