// What every program of the bench has around its verbs: signals, the command line, the exit code of a
// failure.
#pragma once

#include <functional>
#include <string>

#include "bench/cli/verbs.h"

namespace meterbench {

/// Reads the command line and carries the chosen verb out; an interrupt asks it to stop. Answers the exit
/// code.
int run_program(const std::string& name, int argc, char** argv,
                const std::function<void(CLI::App&, VerbAction&)>& add_verbs);

}  // namespace meterbench
