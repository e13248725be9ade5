#include "bench/scenario/soak_step.h"

#include "bench/config/fields.h"
#include "bench/scenario/step_fields.h"

namespace meterbench {
namespace {

void read_check_load(YamlMap& map, SoakStep& step) {
  const auto node = map.find("check_load");
  auto check = node ? node->as_map() : std::nullopt;
  if (!check) return;
  if (const auto current = check->require("current"))
    step.check_current = as_current(*current).value_or(step.check_current);
  if (const auto pf = check->find("power_factor"))
    step.check_power_factor = as_power_factor(*pf).value_or(PowerFactor{});
  check->finish();
}

}  // namespace

SoakStep read_soak_conditions(YamlMap& map) {
  SoakStep step;
  step.position = map.node().position();
  if (map.find("band")) step.band = required_quantity<kind::TemperatureDifference>(map, "band");
  if (map.find("at_least")) step.at_least = required_quantity<kind::Time>(map, "at_least");
  if (const auto limit = map.find("limit")) {
    step.limit = required_quantity<kind::Time>(map, "limit");
    if (step.limit < step.at_least) limit->mistake("the limit is shorter than 'at_least'");
  }
  read_check_load(map, step);
  return step;
}

SoakStep read_soak(YamlMap& map) {
  const Temperature temperature = required_quantity<kind::Temperature>(map, "soak", Range::any);
  SoakStep step = read_soak_conditions(map);
  step.temperature = temperature;
  map.finish();
  return step;
}

}  // namespace meterbench
