#pragma once

#include <cstdint>
#include <optional>

#include "bench/core/quantity.h"
#include "bench/core/time.h"

namespace meterbench::virtual_lab {

/// The air around the meters: that of a room, or of a chamber in it that is told where to go. The chamber's
/// air moves once a second of lab time, so that it does not matter who asks when, or how often.
class Climate {
 public:
  /// Rate and dead time are those that instruments.md 11 gives as an example, all else is made.
  struct Settings {
    double rate_k_per_min = 3;           ///< fastest heating and cooling
    double dead_time_s = 30;             ///< from a command until the air moves
    double time_constant_s = 60;         ///< of the approach, where that is slower than the rate
    double overshoot_k = 0.5;            ///< beyond the set point, but not more than a tenth of the step
    double room_time_constant_s = 3600;  ///< back to the room without heating and cooling
    double limit_low_c = -50;            ///< air beyond a limit trips the limit controller
    double limit_high_c = 65;
  };

  /// Before the world begins, as install(): the air has it then.
  void set_room(Temperature room);
  /// A lab with a chamber.
  void install(const Settings& settings);

  /// Of the air at `t`, which does not go back by more than the second it lies in.
  [[nodiscard]] Temperature air(Instant t);

  /// Heats or cools towards `target`. Like rest(): `when` not before any earlier command.
  void condition(Instant when, Temperature target);
  /// Neither heats nor cools; a command that has not moved the air yet is forgotten.
  void rest(Instant when);
  /// As if the air had passed a limit: no heating or cooling any more, until a person resets it (nobody
  /// does).
  void trip(Instant when);
  [[nodiscard]] bool tripped(Instant t);

 private:
  struct Command {
    std::int64_t second;  // takes part in the step that begins here
    std::optional<double> target_c;
  };
  void advance(Instant t);
  void step();
  void obey();

  Settings settings_;
  bool chamber_ = false;
  std::int64_t second_ = 0;  // of lab time that air_c_ belongs to
  double room_c_ = 23;
  double air_c_ = room_c_;
  std::optional<Command> pending_;
  std::optional<double> target_c_;
  double beyond_k_ = 0;  // overshoot still to come, with its sign
  bool tripped_ = false;
  double approach_share_ = 0;  // of the distance that is covered in a second
  double room_share_ = 0;
};

}  // namespace meterbench::virtual_lab
