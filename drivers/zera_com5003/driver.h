#pragma once

#include <string>

#include "bench/station/reference_standard.h"
#include "drivers/zera_com5003/calculator.h"
#include "drivers/zera_com5003/conversation.h"
#include "drivers/zera_com5003/ranges.h"

namespace meterbench::zera_com5003 {

/// A ZERA COM5003 behind its socket (TCP 6320). Channels L1 and L2 are circuits 1 and 2; for a standard of
/// the definition `series` L1 alone is wired, line to line. What is known of it stands in quirks.md.
class Com5003 final : public ReferenceStandard {
 public:
  /// `integration`: of one reading, 1 to 10 s; std::invalid_argument otherwise. The link must outlive the
  /// driver, which closes it.
  explicit Com5003(ByteLink& link, ReferenceDefinition definition = ReferenceDefinition::two_element,
                   Seconds integration = Seconds{1});
  ~Com5003() override;

  [[nodiscard]] ReferenceDefinition definition() const override { return definition_; }
  void start_identify(Done<std::string> done) override;
  [[nodiscard]] std::optional<std::string> serial_number_in(const std::string& identity) const override;
  /// A load that no range holds is out_of_range: nothing is written.
  void start_prepare(const LoadPoint& point, Done<ActiveEnergy> done) override;
  /// The mean over one integration time that begins after the last prepare().
  void start_read(Done<ReferenceReading> done) override;
  [[nodiscard]] ErrorCalculator* error_calculator() override { return &calculator_; }

 private:
  using Answers = Conversation::Answers;
  void read_back(const RangeChoice& ranges, const Done<ActiveEnergy>& done);
  [[nodiscard]] Result<ActiveEnergy> accepted(const RangeChoice& ranges, const Answers& answers);
  void take(Done<ReferenceReading> done);
  [[nodiscard]] Result<ReferenceReading> reading_of(const Answers& answers);

  ReferenceDefinition definition_;
  Seconds integration_;
  Instant window_free_{};  ///< a reading asked for from then on knows nothing of what was before
  Conversation conversation_;
  Com5003Calculator calculator_;
};

}  // namespace meterbench::zera_com5003
