// One scenario carried out on a station, from its files to what a person is told: what `run` and `resume`
// share.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/cli/control_desk.h"
#include "bench/cli/run_inputs.h"
#include "bench/cli/verbs.h"
#include "bench/core/real_reactor.h"
#include "bench/ledger/ledger.h"

namespace meterbench {

/// What the person wants to see of it, whatever is run.
struct RunOutput {
  std::string ledger = default_ledger();
  std::string format = "text";
  bool require_verified = false;
  bool timing = false;
  std::string tag{};  ///< of the run, once it has ended; empty: none

  void add_to(CLI::App& verb);
};

/// A scenario that has been read, checked and planned; nothing is opened.
struct PreparedRun {
  RunInputs inputs;
  std::filesystem::path path;
  StationFile station;
  std::map<std::string, MeterType> meters;
  virtual_lab::LabFile lab;
  virtual_lab::MeterPrograms programs;
  Plan plan;
};
/// Throws InputError, and virtual_lab::FirmwareFailure for a bad image.
[[nodiscard]] PreparedRun prepare_run(RunInputs inputs);

/// What the record says of a run before it begins; `in_lab`: its meters are those of a virtual lab.
[[nodiscard]] RunRecord run_head(const PreparedRun& prepared, const Station& bench, bool in_lab);

/// The run that goes on, and where its time does.
struct EarlierPart {
  RunSummary summary;
  std::vector<PointRecord> points;
  Instant end{};
};

/// Runs that follow each other: one document, one exit code.
class RunSession {
 public:
  RunSession(const RunOutput& output, ControlDesk* desk, StopSignal& stop)
      : output_{output}, desk_{desk}, stop_{stop} {}

  /// Answers the run's own exit code.
  int carry_out(const PreparedRun& prepared, const std::optional<EarlierPart>& earlier = std::nullopt);
  /// Prints what belongs to all runs; answers their exit code.
  [[nodiscard]] int finish();

 private:
  void print_head(const PreparedRun& prepared, const RunRecord& head,
                  const std::optional<EarlierPart>& earlier, std::size_t left) const;

  const RunOutput& output_;
  ControlDesk* desk_;
  StopSignal& stop_;
  RunProgress unseen_;  // where there is no desk
  StopSignal never_;
  RealReactor wall_{never_};  // the machine's time
  nlohmann::ordered_json document_{{"runs", nlohmann::ordered_json::array()}};
  int code_ = 0;
};

}  // namespace meterbench
