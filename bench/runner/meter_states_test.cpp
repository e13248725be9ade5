// Who the standards of a run are: what they tell against what their certificates were issued for.
#include "bench/runner/meter_states.h"

#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StandardsOfARun : public testing::FakeRun {
 protected:
  StandardsOfARun() {
    Calibration certificate{.certificate = "S-1", .serial_number = "STD-4711"};
    certificate.due = station_->reference_calibration.due;
    plan_.meters.at("A").certificate = certificate;
    meter().serial_number = "STD-4711";
  }
  [[nodiscard]] MeterIdentity& meter() { return bench_.meters["A"].state.identity; }
};

TEST_F(StandardsOfARun, AreTheCertifiedOnes) {
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::passed);
  EXPECT_EQ(outcome.points.at(0).verdict.basis.text(), "verified");
}

TEST_F(StandardsOfARun, WithAnotherSerialNumberThanTheCertificateEndItBeforeALoadWithBothFigures) {
  meter().serial_number = "STD-4712";
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_FALSE(called("source apply"));
  EXPECT_THAT(events(outcome, "fault"),
              ElementsAre(HasSubstr("serial number is STD-4712, certificate S-1 is of STD-4711")));
}

TEST_F(StandardsOfARun, ThatTellNoSerialNumberAreUnverified) {
  const std::string reason =
      "the standard did not tell its serial number: nobody knows whether it is STD-4711, which certificate "
      "S-1 "
      "is of";
  meter().serial_number.clear();
  EXPECT_THAT(run().points.at(0).verdict.basis.reasons, ElementsAre(reason));
  station_->meters.clear();
  EXPECT_THAT(run().points.at(0).verdict.basis.reasons, ::testing::Contains(reason));
}

TEST_F(StandardsOfARun, AnotherReferenceThanTheCertifiedOneEndsItBeforeALoad) {
  station_->reference_calibration.serial_number = "REF-1";
  bench_.reference_serial_number = "REF-2";
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_FALSE(called("source apply"));
  EXPECT_THAT(events(outcome, "fault"),
              ElementsAre(HasSubstr("serial number is REF-2, certificate C-1 is of REF-1")));
}

}  // namespace
}  // namespace meterbench
