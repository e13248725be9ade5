// A step that is somebody else's program: what it may ask of the bench, and what it says in the end.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/core/fault.h"
#include "bench/model/load_point.h"
#include "bench/model/meter_type.h"
#include "bench/runner/told_result.h"
#include "bench/scenario/scenario.h"
#include "bench/station/meter.h"
#include "bench/station/meter_controls.h"
#include "bench/station/reference_standard.h"

namespace meterbench {

/// What it is begun with.
struct ExternalCall {
  std::string step;  ///< the test's name
  ScriptCall script;
  Seconds time_limit{};                     ///< by the machine's time; it is ended then
  std::map<std::string, MeterType> meters;  ///< by position
};

namespace external {

struct Apply {
  Voltage voltage{};
  Current current{};
  PowerFactor power_factor{};
  Direction direction = Direction::delivered;
  Circuit circuit = Circuit::series;
};
struct Off {};
struct Wait {
  Seconds time{};
};
struct ReadReference {};
struct ReadRegisters {
  std::string position;
};
struct ReadDisplay {
  std::string position;
};
struct Press {
  std::string position;
  MeterSwitch which{};
  Seconds duration{};
};
using Request = std::variant<Apply, Off, Wait, ReadReference, ReadRegisters, ReadDisplay, Press>;
/// The fault is told to the program; one of the bench itself ends the run beside.
using Answer = Result<std::variant<std::monostate, ReferenceReading, MeterRegisters, std::string>>;

/// By position, of all that it was called for.
struct End {
  std::map<std::string, ToldResult> results;
};
using Message = std::variant<Request, End>;

}  // namespace external

class ExternalStep {
 public:
  virtual ~ExternalStep() = default;
  /// Begins it; one at a time. A program that cannot be started ends at once, with why.
  virtual void start(const ExternalCall& call) = 0;
  /// Nothing has come yet, as long as it answers false; in a wait that looks at descriptors that changes.
  [[nodiscard]] virtual bool has_message() = 0;
  /// The oldest; throws std::logic_error when there is none. After an End nothing more comes.
  [[nodiscard]] virtual external::Message take() = 0;
  /// To the Request that was taken last.
  virtual void answer(const external::Answer& answer) = 0;
  /// Ends it, whatever it does. Any number of times.
  virtual void kill() = 0;
};

}  // namespace meterbench
