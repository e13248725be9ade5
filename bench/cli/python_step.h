// Functions of scenarios' authors: each in a Python of its own, which asks the bench by lines of JSON.
#pragma once

#include <sys/types.h>

#include <deque>
#include <memory>
#include <string>

#include "bench/core/wall_alarm.h"
#include "bench/runner/external_step.h"

namespace meterbench {

/// `python3 -m meterbench.step_host`, with the package `meterbench` beside this program, or where Python
/// finds it. METERBENCH_PYTHON names another interpreter than /usr/bin/python3.
class PythonStep final : public ExternalStep {
 public:
  /// `ledger`: what the function finds as the default ledger, with what the run has measured so far.
  PythonStep(Reactor& reactor, std::string ledger) : reactor_{reactor}, ledger_{std::move(ledger)} {}
  ~PythonStep() override { kill(); }
  PythonStep(const PythonStep&) = delete;
  PythonStep& operator=(const PythonStep&) = delete;

  void start(const ExternalCall& call) override;
  [[nodiscard]] bool has_message() override { return !messages_.empty(); }
  [[nodiscard]] external::Message take() override;
  void answer(const external::Answer& answer) override;
  void kill() override;

 private:
  void begin(const ExternalCall& call);
  void hear();
  void take_line(const std::string& line);
  void send(const std::string& line);
  /// It says nothing more; nobody's result can be told, for `why`.
  void end_with(const std::string& why);

  Reactor& reactor_;
  std::string ledger_;
  ExternalCall call_;
  std::deque<external::Message> messages_;
  bool ended_ = true;
  std::string heard_;  // of a line that is not whole
  int socket_ = -1;
  pid_t child_ = -1;
  std::unique_ptr<WallAlarm> alarm_;
};

}  // namespace meterbench
