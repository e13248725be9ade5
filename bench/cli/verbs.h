// The verbs of the command, one file each. A verb adds itself to the parser and answers its exit code.
#pragma once

#include <functional>
#include <optional>

#include <CLI/CLI.hpp>

#include "bench/core/stop_signal.h"

namespace meterbench {

class UsbPlugs;

/// What the chosen verb will do; set by its callback while the command line is read.
using VerbAction = std::function<int(StopSignal& stop)>;

/// For an option that is a seed: 0 to 2^63 − 1, as SQLite can hold it. Digits alone: -1 is no seed.
[[nodiscard]] CLI::Validator seed_text();

void add_run(CLI::App& app, VerbAction& chosen);
void add_resume(CLI::App& app, VerbAction& chosen);
void add_recompute(CLI::App& app, VerbAction& chosen);
void add_gate(CLI::App& app, VerbAction& chosen);
/// pause, continue, skip, stop, status: of a run in progress
void add_control_verbs(CLI::App& app, VerbAction& chosen);
void add_check(CLI::App& app, VerbAction& chosen);
void add_plan(CLI::App& app, VerbAction& chosen);
/// runs, show, export, tag, verify
void add_ledger_verbs(CLI::App& app, VerbAction& chosen);
void add_doctor(CLI::App& app, VerbAction& chosen);
/// meter read, registers, clock, profile, log, procedure
void add_meter(CLI::App& app, VerbAction& chosen);
void add_discover(CLI::App& app, VerbAction& chosen);
/// `usb`: where this program can emulate USB devices.
void add_lab(CLI::App& app, VerbAction& chosen, UsbPlugs* usb = nullptr);

}  // namespace meterbench
