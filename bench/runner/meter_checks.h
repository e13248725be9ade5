// What a meter is, shows and refuses, without any energy: firmware, security, display and switches.
#pragma once

#include <map>
#include <string>

#include "bench/planner/plan.h"
#include "bench/runner/finding.h"
#include "bench/runner/port_talk.h"
#include "bench/runner/told_result.h"

namespace meterbench {

using ToldResults = std::map<std::string, ToldResult>;  ///< by position

/// Whether the firmware that the meter tells is one of `versions`.
[[nodiscard]] Result<ToldResults> check_firmware(const PortTalk& talk,
                                                 const std::vector<std::string>& versions);

/// Whether a wrong password opens nothing and leaves an event in the log, and whether who gives none is not
/// told the passwords (ST-42). It writes nothing, and never tries what would do harm if it succeeded.
[[nodiscard]] Result<ToldResults> check_security(const PortTalk& talk);

/// Whether the display, scrolled once through, shows each of `items`: `segments` (nothing but 8 and points),
/// `firmware` (the version that the meter tells by its port), `kWh` (the delivered energy of its register, to
/// its last digit), `kW`, `error` (`Er`), or a text of its own. One position after the other.
[[nodiscard]] Result<ToldResults> check_display(const PortTalk& talk, const std::vector<std::string>& items);

/// Kind of the finding on a meter of which nobody knows whether its service disconnect is closed.
inline constexpr const char* kDisconnectUnknown = "disconnect_unknown";
/// Has the service disconnect of each meter closed that has one, by `types`, with no load on: `disconnect`
/// with its state before and after, as the meter tells, or kDisconnectUnknown.
[[nodiscard]] Result<std::vector<Finding>> close_disconnects(const PortTalk& talk,
                                                             const std::map<std::string, MeterType>& types);
/// `disconnect` with the state in which each of those meters is left; nothing of those that do not tell.
[[nodiscard]] Result<std::vector<Finding>> tell_disconnects(const PortTalk& talk,
                                                            const std::map<std::string, MeterType>& types);

/// Why the display at a position does not follow the scroll switch there, by position. A position without a
/// finger for it, or on a station that sees no displays, is not in it. Where it is the display of another
/// position that followed: implausible, with both names.
[[nodiscard]] Result<std::map<std::string, std::string>> unproven_switches(const PortTalk& talk);

/// Takes the supply of each meter away for `time`, all of them at once, and lets them begin anew. What
/// hindered it, by position.
[[nodiscard]] Result<std::map<std::string, std::string>> cut_supplies(const PortTalk& talk, Seconds time);

/// Whether pressing the switch does what it is for: the display goes on; demand resets count one more; test
/// mode begins, and ends with another press; the disconnect leaves an event in the log, and is then put back.
/// One position after the other.
[[nodiscard]] Result<ToldResults> check_switch(const PortTalk& talk, MeterSwitch which);

}  // namespace meterbench
