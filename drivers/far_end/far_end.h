// What stands at the far end of a byte link: a simulated instrument, whatever carries its bytes.
#pragma once

#include <optional>

#include "bench/core/bytes.h"
#include "bench/core/time.h"

namespace meterbench {

/// The host calls everything on one thread with `now` never going back. Bytes appended to `reply` start on
/// the wire at `now`. After each call the host asks next_event() anew.
class FarEnd {
 public:
  virtual ~FarEnd() = default;
  virtual void opened(Instant now) = 0;
  /// `bytes` have arrived, in any portions.
  virtual void on_bytes(Instant now, ByteView bytes, Bytes& reply) = 0;
  /// The instant that next_event() named has come.
  virtual void on_time(Instant now, Bytes& reply) = 0;
  [[nodiscard]] virtual std::optional<Instant> next_event() const = 0;
  /// Whether it has been taken off its wire: for good, whoever opens the link.
  [[nodiscard]] virtual bool unplugged() const { return false; }
  virtual void closed(Instant now) = 0;
};

}  // namespace meterbench
