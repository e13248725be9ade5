#pragma once

#include <optional>

#include "drivers/link/byte_link.h"

namespace meterbench::c1218_meter {

/// Whether a probe returns what is sent through it. What it says is nothing that a meter would answer.
class ProbeEcho {
 public:
  explicit ProbeEcho(ByteLink& link) : link_{link} {}
  ~ProbeEcho();
  ProbeEcho(const ProbeEcho&) = delete;
  ProbeEcho& operator=(const ProbeEcho&) = delete;

  /// Opens the link where it is closed. One at a time, while no session is under way.
  void start(Done<bool> done);

 private:
  void finish(Result<bool> result);

  ByteLink& link_;
  Done<bool> done_;
  Bytes heard_;
  std::optional<Reactor::TimerId> timer_;
};

}  // namespace meterbench::c1218_meter
