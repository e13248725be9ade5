// Records for tests: every field has a value of its own, so that none can be lost or taken for another.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench::sample {

[[nodiscard]] inline UtcTime utc(const std::string& text) {
  UtcTime time;
  if (!parse_utc(text, time)) throw std::invalid_argument{text};
  return time;
}

[[nodiscard]] inline RunRecord run() {
  RunRecord r;
  r.scenario = "load-performance";
  r.scenario_path = "/home/lab/load-performance.yaml";
  r.scenario_sha256 = std::string(64, 'a');
  r.plan_sha256 = std::string(64, 'b');
  r.station = "virtual";
  r.lab = "default";
  r.seed = 0xFFFF'FFFF'FFFF'FFFEU;
  r.meter = "focus-ax-2s-cl200";
  r.firmware = "host 1.0";
  r.check = "weekly";
  r.inputs = R"({"seed": 7})";
  r.simulated = true;
  r.decision_rule = "simple acceptance";
  r.software = "0.1.0";
  r.planned_points = 24;
  r.started = utc("2025-06-02T08:00:00.125Z");
  return r;
}

[[nodiscard]] inline std::vector<InstrumentRow> instruments() {
  return {
      {"source", "scpi_source", "virtual:source", "simulator scpi_source", "Meterbench,S1,7,1.0", "", true},
      {"reference", "radian_rd3x", "ASRL/dev/ttyUSB0::INSTR", "instrument", "RD-31; \"23 °C\"", "C-7",
       false}};
}

[[nodiscard]] inline std::vector<MeterRow> meters() {
  return {{"A", "focus-ax-2s-cl200", "Landis+Gyr", "FOCUS AX", "1.0", "5.34", "S-1", "D-7", 1.8,
           std::string(64, 'c')},
          {"B", "focus-ax-3s-cl20", "", "", "", "", "", "", std::nullopt, ""}};
}

[[nodiscard]] inline PointRecord point(const std::string& id = "001", int attempt = 1) {
  PointRecord p;
  p.point_id = id;
  p.position = "A";
  p.attempt = attempt;
  p.computation = 0;
  p.step = "sweep";
  p.started_s = 12.5;
  p.ended_s = 61.75;
  p.temperature = Temperature{23};
  p.voltage = Voltage{240};
  p.current = Current{0.1};
  p.power_factor = PowerFactor{0.5, false};
  p.direction = Direction::received;
  p.connection = {Circuit::legs,
                  {Ratio{0.25}, PowerFactor{0.8, true}, Direction::received},
                  Service::network,
                  Ratio{0.508}};
  p.label = "opening";
  p.result = "deviation";
  p.waveform = "fifth-harmonic";
  p.frequency = Frequency{60};
  p.method = "scanned";
  p.pulses = 2;
  p.error_percent = 0.1 + 0.2;  // 0.30000000000000004
  p.duration_s = 7.5;
  p.reference_count = 100000.25;
  p.reference_pulse_wh = 1e-5;
  p.kt_wh = 1.8;
  p.circuit_factor = 2;
  p.reference_error_percent = -0.0123;
  p.isolation_error_percent = 0.0045;
  p.standard_error_percent = -0.0067;
  p.budget = Budget{{{"reference calibration", Distribution::normal, 0.01, 1, 1e300, "certificate"},
                     {"reference drift", Distribution::rectangular, 0.005, 0.5,
                      std::numeric_limits<double>::infinity(), "station file", "K", "C-7: 10 A"},
                     {"scan period", Distribution::triangular, 0.004, 1, 9, "computed"}}};
  p.limit = {"load-performance", PowerFactor{0.8, true}, Ratio{0.006}, "Meterbench", "1.2", "2025",
             Mark::criterion,    Ratio{-0.001},          "direct"};
  p.windows = 3;
  p.specific_risk = 0.0123;
  p.recomputation = R"({"of": 1})";
  p.verdict = {Decision::inconclusive, {{"certificate C-7 expired", "limit is marked knowledge"}}, true};
  p.edges = {
      {7, instant_at(30), 1.5}, {8, instant_at(33.750000001), 50001.125}, {9, instant_at(37.5), 100001.75}};
  p.environment = {{id, 31, "voltage_v", 1, 119.98}, {id, 31, "frequency_hz", 0, 59.99}};
  p.events = {{id, "A", 32.5, "spread", "wider than expected"}, {id, "", 33, "note", "two\nlines"}};
  return p;
}

[[nodiscard]] inline EventRow event() { return {"", "", 70.5, "fault", "source: OUTP ON: tripped"}; }

/// With three tables of a meter, one of them empty.
[[nodiscard]] inline EventRow meter_event() {
  return {"", "A", 1.5, "meter", "TEST VMETER1", {{5, {0x55, 0x00, 0xFF}}, {6, {}}, {2061, {1}}}};
}

/// A folder of its own for each test, gone with it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::filesystem::path path() const { return path_; }
  [[nodiscard]] std::filesystem::path ledger() const { return path_ / "test.sqlite"; }

 private:
  std::filesystem::path path_;
};

}  // namespace meterbench::sample
