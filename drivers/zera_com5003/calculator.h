// The error calculator of a COM5003: photo head SC1 against its own pulses of active energy.
#pragma once

#include <memory>

#include "bench/model/capabilities.h"
#include "bench/station/error_calculator.h"
#include "drivers/zera_com5003/conversation.h"

namespace meterbench::zera_com5003 {

/// One comparison at a time: another is refused. `limit` counts from start_compare().
class Com5003Calculator final : public ErrorCalculator {
 public:
  explicit Com5003Calculator(Conversation& conversation) : conversation_{conversation} {}

  [[nodiscard]] static ErrorCalculatorCapabilities capabilities();

  void start_compare(ActiveEnergy kt, std::uint64_t pulses, Duration limit, OnProgress progress,
                     Done<Comparison> done) override;
  void start_abort(Done<void> done) override;

 private:
  /// Steps that belong to one that is over do nothing.
  struct Run;
  using RunPtr = std::shared_ptr<Run>;
  using Answers = Conversation::Answers;

  void check_settings(const RunPtr& run, const Answers& answers);
  void launch(const RunPtr& run);
  void poll(const RunPtr& run);
  void look(const RunPtr& run, const Answers& answers);
  void expire(const RunPtr& run);
  void collect(const RunPtr& run);
  void report(const RunPtr& run, const Answers& answers);

  /// Continues with `next` when `result` has come in time and well, else ends `run`.
  template <class T, class Next>
  Done<T> on(const RunPtr& run, Next next);
  void end(const RunPtr& run, Result<Comparison> result);

  Conversation& conversation_;
  RunPtr run_;  ///< the one under way
};

}  // namespace meterbench::zera_com5003
