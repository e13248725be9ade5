#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bench/station/meter_procedure.h"
#include "drivers/c1218_meter/session.h"
#include "drivers/protocol/c1219/procedures.h"

namespace meterbench::c1218_meter {

/// A procedure as a meter knows it.
struct ProcedureCall {
  std::uint16_t number = 0;  ///< the manufacturer's have 2048 added
  /// They may hold a time, which each meter writes in its own way.
  std::function<Bytes(const c1219::Formats&)> parameters;
  /// The response's first byte, where the meter tells what it did.
  std::optional<std::uint8_t> did{};
};
[[nodiscard]] ProcedureCall call_of(const MeterCommand& command);
/// The virtual meter's procedure MP-00.
[[nodiscard]] ProcedureCall signal_call(unsigned pulses);

/// Has one procedure carried out: its request is written to ST-07, its answer awaited in ST-08, which is read
/// again, up to 20 times 0.5 s apart, while it holds an older answer or the procedure is under way
/// (optical-port.md 2.3). Nothing is written where ST-00 does not list the procedure, nor a manufacturer's
/// procedure to the meter of another than ours.
class ProcedureRun {
 public:
  ProcedureRun(ProcedureCall call, std::uint8_t sequence) : call_{std::move(call)}, sequence_{sequence} {}

  /// What the session does next.
  [[nodiscard]] Next next(const Tables& tables);

 private:
  enum class Phase { configuration, request, ask, judge };

  [[nodiscard]] Next write(const Tables& tables);
  [[nodiscard]] Next judge(const Tables& tables);
  [[nodiscard]] tl::unexpected<Obstacle> obstacle(Errc code, const std::string& why) const;

  ProcedureCall call_;
  std::uint8_t sequence_;
  c1219::ProcedureRequest request_;
  c1219::Formats formats_;
  Phase phase_ = Phase::configuration;
  int times_ = 0;  // that ST-08 was read
};

}  // namespace meterbench::c1218_meter
