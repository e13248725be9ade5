#include "drivers/c1218_meter/procedure.h"

namespace meterbench::c1218_meter {
namespace {

constexpr std::uint16_t kConfiguration = 0, kRequest = 7, kAnswer = 8;
constexpr std::uint16_t kManufacturer = 2048;
constexpr Duration kPause = std::chrono::milliseconds{500};
constexpr int kTimes = 20;

}  // namespace

Next ProcedureRun::next(const Tables& tables) {
  switch (phase_) {
    case Phase::configuration: phase_ = Phase::request; return ReadTables{{kConfiguration}};
    case Phase::request: phase_ = Phase::ask; return write(tables);
    case Phase::ask:
      phase_ = Phase::judge;
      ++times_;
      return ReadTables{{kAnswer}};
    case Phase::judge: break;
  }
  return judge(tables);
}

Next ProcedureRun::write(const Tables& tables) {
  const auto st00 = c1219::decode_st00(tables.at(kConfiguration).content);
  if (!st00) return obstacle(Errc::garbled, st00.error());
  if (!st00->has_procedure(request_.procedure))
    return obstacle(Errc::refused, "this meter has no such procedure, as its ST-00 says");
  if (request_.procedure >= kManufacturer && st00->manufacturer != maker_)
    return obstacle(Errc::refused, "what it does in a meter of '" + st00->manufacturer + "' is not known");
  formats_ = st00->formats;
  return WriteTable{kRequest, c1219::encode_st07(request_, formats_)};
}

Next ProcedureRun::judge(const Tables& tables) {
  const auto answer = c1219::decode_st08(tables.at(kAnswer).content, formats_);
  if (!answer) return obstacle(Errc::garbled, answer.error());
  const bool ours = answer->answers(request_);
  if (ours && answer->result == c1219::kProcedureDone) return LogOff{};
  if (ours && answer->result != c1219::kProcedureUnderWay)
    return obstacle(Errc::refused, c1219::procedure_result_text(answer->result));
  if (times_ == kTimes)
    return obstacle(Errc::timeout, ours ? c1219::procedure_result_text(answer->result)
                                        : "ST-08 still holds the answer to an older request");
  phase_ = Phase::ask;
  return Pause{kPause};
}

tl::unexpected<Obstacle> ProcedureRun::obstacle(Errc code, const std::string& why) const {
  return tl::unexpected{Obstacle{code, c1219::procedure_name(request_.procedure) + ": " + why}};
}

}  // namespace meterbench::c1218_meter
