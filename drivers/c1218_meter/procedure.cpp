#include "drivers/c1218_meter/procedure.h"

#include <fmt/format.h>

#include "drivers/c1218_meter/table_set.h"
#include "drivers/protocol/c1219/time_tables.h"

namespace meterbench::c1218_meter {
namespace {

constexpr std::uint16_t kConfiguration = 0, kRequest = 7, kAnswer = 8;
constexpr std::uint16_t kManufacturer = 2048;
constexpr Duration kPause = std::chrono::milliseconds{500};
constexpr int kTimes = 20;

// optical-port.md 6.6, and those of the virtual meter (drivers/virtual_lab/meter/firmware/procedures.h).
enum Number : std::uint16_t {
  kColdStart = 0,
  kWarmStart = 1,
  kClearData = 3,
  kResetListPointers = 4,
  kChangeMode = 6,
  kClearStatus = 7,
  kRemoteReset = 9,
  kSetDateTime = 10,
  kSignal = kManufacturer + 0,
  kDisconnect = kManufacturer + 2,
};

/// Of procedure 10: time and date of day are set, what the meter knows of its zone stays. The qualifier is
/// sent, since it has its place, with the day of the week alone.
Bytes clock_parameters(MeterTime time, const c1219::Formats& formats) {
  constexpr std::uint8_t kTimeAndDate = 0x03;
  Bytes parameters{kTimeAndDate};
  const Bytes encoded = c1219::encode_long_time(time, formats);
  parameters.insert(parameters.end(), encoded.begin(), encoded.end());
  const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(time)};
  parameters.push_back(static_cast<std::uint8_t>(day.c_encoding()));
  return parameters;
}

}  // namespace

ProcedureCall call_of(const MeterCommand& command) {
  const auto call = [&](std::uint16_t number, Bytes parameters) {
    return ProcedureCall{number,
                         [parameters = std::move(parameters)](const c1219::Formats&) { return parameters; }};
  };
  const auto reset = [&](std::uint8_t what) {
    ProcedureCall one = call(kRemoteReset, {what});
    one.did = what;
    return one;
  };
  constexpr std::uint8_t kMetering = 1, kTest = 2, kEventLog = 1;
  switch (command.procedure) {
    case MeterProcedure::demand_reset: return reset(1U << 0U);
    case MeterProcedure::self_read: return reset(1U << 1U);
    case MeterProcedure::test_mode_on: return call(kChangeMode, {kTest});
    case MeterProcedure::test_mode_off: return call(kChangeMode, {kMetering});
    case MeterProcedure::set_clock: {
      ProcedureCall one = call(kSetDateTime, {});
      one.parameters = [time = command.time](const c1219::Formats& formats) {
        return clock_parameters(time, formats);
      };
      return one;
    }
    case MeterProcedure::clear_data: return call(kClearData, {});
    case MeterProcedure::clear_status: return call(kClearStatus, {});
    case MeterProcedure::clear_event_log: return call(kResetListPointers, {kEventLog});
    case MeterProcedure::open_disconnect: return call(kDisconnect, {0});
    case MeterProcedure::close_disconnect: return call(kDisconnect, {1});
    case MeterProcedure::warm_start: return call(kWarmStart, {});
    case MeterProcedure::cold_start: break;
  }
  return call(kColdStart, {});
}

ProcedureCall signal_call(unsigned pulses) {
  return {kSignal, [pulses](const c1219::Formats&) { return Bytes{static_cast<std::uint8_t>(pulses)}; }};
}

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
  const auto st00 = configuration_of(tables);
  if (!st00) return obstacle(Errc::garbled, st00.error());
  if (!st00->has_procedure(call_.number))
    return obstacle(Errc::refused, "this meter has no such procedure, as its ST-00 says");
  if (call_.number >= kManufacturer && st00->manufacturer != kOwnMaker)
    return obstacle(Errc::refused, "what it does in a meter of '" + st00->manufacturer + "' is not known");
  formats_ = st00->formats;
  request_ = {call_.number, sequence_, call_.parameters(formats_)};
  return WriteTable{kRequest, c1219::encode_st07(request_, formats_)};
}

Next ProcedureRun::judge(const Tables& tables) {
  const auto answer = c1219::decode_st08(tables.at(kAnswer).content, formats_);
  if (!answer) return obstacle(Errc::garbled, answer.error());
  const bool ours = answer->answers(request_);
  if (ours && answer->result == c1219::kProcedureDone) {
    const bool otherwise = call_.did && !answer->data.empty() && answer->data.front() != *call_.did;
    if (otherwise)
      return obstacle(Errc::refused, fmt::format("asked for {:02X}, the meter says that it did {:02X}",
                                                 *call_.did, answer->data.front()));
    return LogOff{};
  }
  if (ours && answer->result != c1219::kProcedureUnderWay)
    return obstacle(Errc::refused, c1219::procedure_result_text(answer->result));
  if (times_ == kTimes)
    return obstacle(Errc::timeout, ours ? c1219::procedure_result_text(answer->result)
                                        : "ST-08 still holds the answer to an older request");
  phase_ = Phase::ask;
  return Pause{kPause};
}

tl::unexpected<Obstacle> ProcedureRun::obstacle(Errc code, const std::string& why) const {
  return tl::unexpected{Obstacle{code, c1219::procedure_name(call_.number) + ": " + why}};
}

}  // namespace meterbench::c1218_meter
