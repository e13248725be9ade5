#pragma once

#include <string>

#include "drivers/c1218_meter/session.h"
#include "drivers/protocol/c1219/general_tables.h"
#include "drivers/protocol/c1219/procedures.h"

namespace meterbench::c1218_meter {

/// Has one procedure carried out: its request is written to ST-07, its answer awaited in ST-08, which is read
/// again, up to 20 times 0.5 s apart, while it holds an older answer or the procedure is under way
/// (optical-port.md 2.3). Nothing is written where ST-00 does not list the procedure.
class ProcedureRun {
 public:
  /// `maker`: code of the only maker whose procedure of that number is meant, which is asked of a
  /// manufacturer's procedure alone.
  ProcedureRun(c1219::ProcedureRequest request, std::string maker)
      : request_{std::move(request)}, maker_{std::move(maker)} {}

  /// What the session does next.
  [[nodiscard]] Next next(const Tables& tables);

 private:
  enum class Phase { configuration, request, ask, judge };

  [[nodiscard]] Next write(const Tables& tables);
  [[nodiscard]] Next judge(const Tables& tables);
  [[nodiscard]] tl::unexpected<Obstacle> obstacle(Errc code, const std::string& why) const;

  c1219::ProcedureRequest request_;
  std::string maker_;
  c1219::Formats formats_;
  Phase phase_ = Phase::configuration;
  int times_ = 0;  // that ST-08 was read
};

}  // namespace meterbench::c1218_meter
