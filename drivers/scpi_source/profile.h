// A SCPI source as data: a file of config/instruments says which commands set it up, what its answers mean
// and how long things take, so that a new instrument needs no C++.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/core/time.h"
#include "bench/model/capabilities.h"
#include "drivers/scpi_source/command_template.h"

namespace meterbench::scpi_source {

/// One hardware limit: how it is set, how it is read back, and how far the two may differ.
struct LimitCommands {
  CommandTemplate set;  ///< names one value
  std::string read;     ///< answered in the unit of that value
  double within = 0;    ///< V or A
};

/// A part of a waveform: how it is set, and how it is read back.
struct WaveformCommand {
  CommandTemplate set;
  CommandTemplate read;
  CommandTemplate answer;  ///< what a source that has taken it answers, to the character
};

/// How harmonics are set, before `apply`.
struct HarmonicCommands {
  std::string clear;  ///< takes away all that were set before
  WaveformCommand voltage;
  WaveformCommand current;
  std::optional<WaveformCommand> direct_current;  ///< none: the source gives none
};

/// How the voltages are let dip, and how it is seen that this is over.
struct DipCommands {
  CommandTemplate start;
  std::string state;
  std::string over;  ///< what the state query answers then
};

/// What the state query answers. An empty text: the instrument has no such state.
struct StateReplies {
  std::string off;
  std::string ramp;
  std::string on;
  std::string trip;  ///< how the answer begins; what follows is the reason
};

struct Profile {
  std::string instrument;
  SourceCapabilities capabilities;

  Duration reply_timeout{};       ///< of one answer
  std::size_t longest_reply = 0;  ///< characters of a line
  Duration poll_interval{};       ///< between two state queries while the output moves
  Duration settle_deadline{};     ///< from output on or apply until the state must be on
  Duration off_deadline{};        ///< from the first output off until the state must be off

  std::string identify;
  std::string clear;
  LimitCommands voltage_limit;
  LimitCommands current_limit;
  std::vector<CommandTemplate> load_point;    ///< in this order; a line with {circuit} once for each circuit
  std::optional<HarmonicCommands> harmonics;  ///< none: the source has the sine alone
  std::optional<WaveformCommand> burst;       ///< none: its currents flow all the time
  std::optional<DipCommands> dips;            ///< none: the source has none
  std::string apply;                          ///< empty: each line takes effect at once
  std::string output_on;
  std::string output_off;
  std::string output_state;
  StateReplies states;
  std::string error_query;  ///< answers `number,"text"`, 0 for none
};

/// For the planner, which needs no link.
[[nodiscard]] inline SourceCapabilities capabilities(const Profile& profile) { return profile.capabilities; }

/// Nothing when there is any mistake.
[[nodiscard]] std::optional<Profile> load_profile(const std::filesystem::path& path, Mistakes& mistakes);
/// The same of a file that has been read.
[[nodiscard]] std::optional<Profile> read_profile(const YamlNode& root, Mistakes& mistakes);

}  // namespace meterbench::scpi_source
