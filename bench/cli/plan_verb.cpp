#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/plan_text.h"
#include "bench/cli/verbs.h"

namespace meterbench {
namespace {

struct PlanOptions {
  BenchOptions bench;
  std::string scenario;
  std::string format = "text";
};

}  // namespace

void add_plan(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* verb =
      app.add_subcommand("plan", "Show the points of a scenario in running order, without running it");
  verb->add_option("scenario", options->scenario, "Scenario file, or its path below scenarios/")->required();
  verb->add_option("--station", options->bench.station, "Station")->capture_default_str();
  verb->add_option("--meter", options->bench.meters,
                   "Meter types: M at the first position, A=M,B=M2, or *=M");
  verb->add_option("--set", options->bench.set, "Replace a value of the scenario: key=value");
  verb->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  verb->callback([options, &chosen] {
    chosen = [options](StopSignal&) {
      const Catalogue known = catalogue();
      const StationFile station = load_station(known, options->bench.station);
      const auto meters = load_meters(known, station, options->bench.meters);
      const Plan plan = make_checked_plan(known, options->scenario, options->bench, station, meters);
      const PlanningStation planning = planning_of(station, known);
      if (options->format == "json")
        fmt::print("{}\n", plan_json(plan, planning, station.name).dump(2));
      else
        fmt::print("{}", plan_text(plan, planning, station.name));
      return kAllPassed;
    };
  });
}

}  // namespace meterbench
