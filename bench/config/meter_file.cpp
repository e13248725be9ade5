#include "bench/config/meter_file.h"

#include <algorithm>

#include "bench/config/calibration_fields.h"
#include "bench/config/fields.h"

namespace meterbench {
namespace {

// Where the file says none.
constexpr Seconds kUsualLatency{10};
constexpr double kUsualHeadroom = 1.2;  // of the nominal voltage

void read_options(YamlMap& map, MeterType& meter) {
  const auto options = map.find("options");
  if (!options) return;
  for (const YamlNode& option : options->items()) {
    const auto name = option.as_one_of({"R", "SD"});
    if (name == "R") meter.recorder = true;
    if (name == "SD") meter.disconnect = true;
  }
}

void read_form(YamlMap& map, MeterType& meter) {
  const auto node = map.require("form");
  const auto text = node ? node->as_one_of({"1S", "2S", "3S", "4S"}) : std::nullopt;
  if (const auto form = text ? parse_form(*text) : std::nullopt) meter.form = *form;
}

/// The voltages of the meter's rating, the nominal one among them; that one alone where the file says none.
void read_rated_voltages(YamlMap& map, MeterType& meter) {
  const auto list = map.find("rated_voltages");
  if (!list) {
    meter.rated_voltages = {meter.nominal_voltage};
    return;
  }
  for (const YamlNode& item : list->items()) {
    const auto voltage = item.as_quantity<kind::Voltage>();
    if (!voltage) continue;
    check_range(item, voltage->value(), Range::positive);
    if (!meter.rated_voltages.empty() && *voltage <= meter.rated_voltages.back())
      item.mistake("rated voltages stand in rising order, each once");
    meter.rated_voltages.push_back(*voltage);
  }
  if (std::find(meter.rated_voltages.begin(), meter.rated_voltages.end(), meter.nominal_voltage) ==
      meter.rated_voltages.end())
    list->mistake("nominal_voltage must be one of the rated voltages");
}

void read_influences(YamlMap& root, MeterType& meter) {
  const auto node = root.find("influence_coefficients");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return;
  InfluenceCoefficients& own = meter.influences;
  const auto read = [&](const char* key, double& value) {
    if (map->find(key)) value = required_number(*map, key, Range::not_negative);
  };
  read("temperature_percent_per_k", own.temperature_per_k);
  read("voltage_percent_per_percent", own.voltage_per_percent);
  read("current_percent_per_percent", own.current_per_percent);
  read("angle_percent_per_degree", own.angle_per_degree);
  read("frequency_percent_per_percent", own.frequency_per_percent);
  own.origin = required_text(*map, "origin");
  map->finish();
}

}  // namespace

std::optional<MeterType> load_meter_file(const std::filesystem::path& path, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml(path, mistakes);
  auto map = root ? root->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  MeterType meter;
  meter.id = path.stem().string();
  (void)optional_text(*map, "description");
  meter.model = required_text(*map, "model");
  read_form(*map, meter);
  meter.class_amperes = required_quantity<kind::Current>(*map, "class_amperes");
  meter.nominal_voltage = required_quantity<kind::Voltage>(*map, "nominal_voltage");
  read_rated_voltages(*map, meter);
  const bool has_maximum = map->find("maximum_voltage").has_value();
  meter.maximum_voltage = has_maximum ? required_quantity<kind::Voltage>(*map, "maximum_voltage")
                                      : meter.nominal_voltage * kUsualHeadroom;
  meter.nominal_frequency = required_quantity<kind::Frequency>(*map, "nominal_frequency");
  meter.test_amperes = required_quantity<kind::Current>(*map, "test_amperes");
  meter.kh = required_quantity<kind::ActiveEnergy>(*map, "kh");
  meter.kt = required_quantity<kind::ActiveEnergy>(*map, "kt");
  meter.kt_source = required_text(*map, "kt_source");
  meter.minimum_current = required_quantity<kind::Current>(*map, "minimum_current");
  meter.maximum_current = required_quantity<kind::Current>(*map, "maximum_current");
  if (map->find("rated_current"))
    meter.rated_current = required_quantity<kind::Current>(*map, "rated_current");
  if (map->find("transitional_current"))
    meter.transitional_current = required_quantity<kind::Current>(*map, "transitional_current");
  const bool has_latency = map->find("latency_s").has_value();
  meter.latency =
      has_latency ? Seconds{required_number(*map, "latency_s", Range::not_negative)} : kUsualLatency;
  read_options(*map, meter);
  meter.module = optional_text(*map, "module");
  meter.firmware = required_text(*map, "firmware");
  if (map->find("voltage_burden"))
    meter.voltage_burden = required_quantity<kind::ApparentPower>(*map, "voltage_burden");
  if (map->find("current_impedance"))
    meter.current_impedance = required_quantity<kind::Resistance>(*map, "current_impedance");
  read_influences(*map, meter);
  if (const auto certificate = map->find("certificate"))
    meter.certificate = read_calibration(*certificate, Certified::instrument);
  map->finish();
  if (reading.sound() && meter.minimum_current >= meter.maximum_current)
    map->find("minimum_current")->mistake("minimum_current must be below maximum_current");
  if (reading.sound() && meter.maximum_voltage < meter.rated_voltages.back())
    map->find(has_maximum ? "maximum_voltage" : "rated_voltages")
        ->mistake("no rated voltage may be above maximum_voltage");
  if (reading.sound() && meter.maximum_current > meter.class_amperes)
    map->find("maximum_current")->mistake("maximum_current must not be above class_amperes");
  if (!reading.sound()) return std::nullopt;
  return meter;
}

}  // namespace meterbench
