#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"
#include "bench/cli/text_table.h"
#include "bench/cli/verbs.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

struct PlanOptions {
  BenchOptions bench;
  std::string scenario;
  std::string format = "text";
};

void print_text(const Plan& plan, const std::string& station) {
  fmt::print("{}: {} on station {}\n", plan.scenario.title, plan.meter.id, station);
  fmt::print("Decision rule: {}\n\n", to_text(plan.scenario.rule));
  const TextTable table{{{"point", 5, false},
                         {"current", 8, true},
                         {"voltage", 0, true},
                         {"PF", 8, false},
                         {"direction", 9, false},
                         {"method", 16, false},
                         {"pulses", 0, true},
                         {"U % (predicted)", 0, true},
                         {"limit", 7, true},
                         {"settling", 0, true},
                         {"latency", 0, true},
                         {"window", 6, true}}};
  fmt::print("{}\n", table.header());
  std::size_t soak = 0;
  const auto print_soaks_before = [&](std::size_t index) {
    for (; soak < plan.soaks.size() && plan.soaks[soak].before == index; ++soak)
      fmt::print("soak at {}, ± {}, about {}\n", to_text(plan.soaks[soak].temperature),
                 to_text(plan.soaks[soak].band), time_text(plan.soaks[soak].expected.value()));
  };
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const PlannedPoint& p = plan.points[i];
    print_soaks_before(i);
    fmt::print("{}\n",
               table.row({p.id, to_text(p.current), to_text(p.voltage), to_text(p.power_factor),
                          std::string{to_text(p.direction)}, std::string{to_text(p.method)},
                          std::to_string(p.pulses), uncertainty_text(percent(p.predicted_uncertainty)),
                          "±" + to_text(p.limit.limit), time_text(p.time.settling.value()),
                          time_text(p.time.latency.value()), time_text(p.time.window.value())}));
  }
  print_soaks_before(plan.points.size());
  for (const UnreachablePoint& u : plan.unreachable)
    fmt::print("\ncannot be reached: {}: {}", u.description, u.reason);
  if (!plan.unreachable.empty()) fmt::print("\n");
  fmt::print("\n{} points, {} expected; {} out of reach\n", plan.points.size(),
             time_text(plan.expected_time().value()), plan.unreachable.size());
}

void print_json(const Plan& plan, const std::string& station) {
  using Json = nlohmann::ordered_json;
  Json json{{"scenario", plan.scenario.name},
            {"scenario_sha256", plan.scenario.sha256},
            {"plan_sha256", plan.sha256()},
            {"meter", plan.meter.id},
            {"station", station},
            {"decision_rule", to_text(plan.scenario.rule)},
            {"expected_s", plan.expected_time().value()}};
  json["points"] = Json::array();
  for (const PlannedPoint& p : plan.points)
    json["points"].push_back({{"point_id", p.id},
                              {"step", p.step},
                              {"temperature_c", p.temperature.value()},
                              {"voltage_v", p.voltage.value()},
                              {"current_a", p.current.value()},
                              {"power_factor", to_text(p.power_factor)},
                              {"direction", to_text(p.direction)},
                              {"circuit", to_text(p.circuit)},
                              {"frequency_hz", p.load.frequency.value()},
                              {"method", to_text(p.method)},
                              {"pulses", p.pulses},
                              {"u_percent", percent(p.predicted_uncertainty)},
                              {"limit_percent", percent(p.limit.limit)},
                              {"settling_s", p.time.settling.value()},
                              {"latency_s", p.time.latency.value()},
                              {"window_s", p.time.window.value()}});
  json["soaks"] = Json::array();
  for (const PlannedSoak& s : plan.soaks)
    json["soaks"].push_back(
        {{"before_point", s.before < plan.points.size() ? Json(plan.points[s.before].id) : Json(nullptr)},
         {"temperature_c", s.temperature.value()},
         {"band_k", s.band.value()},
         {"at_least_s", s.at_least.value()},
         {"limit_s", s.limit.value()},
         {"expected_s", s.expected.value()}});
  json["unreachable"] = Json::array();
  for (const UnreachablePoint& u : plan.unreachable)
    json["unreachable"].push_back({{"point", u.description}, {"reason", u.reason}});
  fmt::print("{}\n", json.dump(2));
}

}  // namespace

void add_plan(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* verb =
      app.add_subcommand("plan", "Show the points of a scenario in running order, without running it");
  verb->add_option("scenario", options->scenario, "Scenario file, or its path below scenarios/")->required();
  verb->add_option("--station", options->bench.station, "Station")->capture_default_str();
  verb->add_option("--meter", options->bench.meters, "Meter type");
  verb->add_option("--set", options->bench.set, "Replace a value of the scenario: key=value");
  verb->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  verb->callback([options, &chosen] {
    chosen = [options](StopSignal&) {
      const Catalogue known = catalogue();
      const StationFile station = load_station(known, options->bench.station);
      const auto meters = load_meters(known, station, options->bench.meters);
      const Plan plan = make_checked_plan(known, options->scenario, options->bench, station, meters);
      if (options->format == "json")
        print_json(plan, station.name);
      else
        print_text(plan, station.name);
      return kAllPassed;
    };
  });
}

}  // namespace meterbench
