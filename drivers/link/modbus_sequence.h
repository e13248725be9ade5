#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "drivers/link/modbus_link.h"

namespace meterbench {

/// What each request of a sequence has read, in their order.
using ModbusValues = std::vector<std::vector<std::uint16_t>>;

/// Sends `requests` one after the other, each once the one before is answered; the first failure ends it.
/// `link` must outlive the sequence, which ends with the link.
inline void start_sequence(ModbusLink& link, std::vector<ModbusLink::Request> requests,
                           Done<ModbusValues> done, ModbusValues so_far = {}) {
  if (so_far.size() == requests.size()) return done(std::move(so_far));
  ModbusLink::Request next = requests[so_far.size()];
  link.start(std::move(next), [&link, requests = std::move(requests), so_far = std::move(so_far),
                               done = std::move(done)](Result<std::vector<std::uint16_t>> values) mutable {
    if (!values) return done(tl::unexpected{std::move(values).error()});
    so_far.push_back(std::move(*values));
    start_sequence(link, std::move(requests), std::move(done), std::move(so_far));
  });
}

}  // namespace meterbench
