#pragma once

#include <cstdint>
#include <optional>

#include "bench/core/time.h"
#include "bench/model/port_access.h"
#include "drivers/protocol/c1218/client.h"

namespace meterbench::c1218_meter {

/// What a bench says to a meter, and what its probe is like.
struct Options {
  struct Wish {
    std::uint16_t packet_size = 512;  ///< bytes of a whole packet
    std::uint8_t packets = 255;       ///< of a message
  };

  PortAccess access{};
  /// For Negotiate; nothing: it is left out, as at a first contact with a meter. Always at 9,600 Bd.
  std::optional<Wish> negotiate{};
  Duration turn_around = std::chrono::milliseconds{1};
  c1218::Echo echo = c1218::Echo::detect;
};

}  // namespace meterbench::c1218_meter
