#include "bench/runner/load_period.h"

#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/sample_plan.h"
#include "tests/support/fake_station.h"

namespace meterbench {
namespace {

class Period : public ::testing::Test {
 protected:
  void open(LoadPeriod& period) { ASSERT_TRUE(period.open(interlock_)); }
  void at(double seconds) { reactor_.wait_until(instant_at(seconds)); }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  InterlockKeeper interlock_{*station_};
  const std::vector<std::size_t> one_{0};
};

TEST_F(Period, CountsEveryPulseAndKeepsTheEdgesThatSomebodyAsksFor) {
  LoadPeriod period{*station_, one_};
  open(period);
  bench_.pulse("A", instant_at(1));
  period.keep_edges_from(instant_at(2));
  bench_.pulse("A", instant_at(1.9));  // told late
  bench_.pulse("A", instant_at(2));
  bench_.pulse("A", instant_at(3));
  period.keep_no_more();
  bench_.pulse("A", instant_at(4));
  EXPECT_EQ(period.pulses(0), 5U);
  ASSERT_EQ(period.edges(0).size(), 2U);
  EXPECT_EQ(period.edges(0)[0].time, instant_at(2));
  period.keep_edges_from(instant_at(5));
  EXPECT_TRUE(period.edges(0).empty());
}

TEST_F(Period, AskForOnlyThePositionsInUse) {
  testing::add_fake_positions(*station_, bench_, {"B"}, testing::FakeCounters::one_each);
  LoadPeriod period{*station_, one_};
  open(period);
  EXPECT_EQ(bench_.calls, std::vector<std::string>{"counter start"});
  EXPECT_THROW(static_cast<void>(period.place_of("B")), std::out_of_range);
}

TEST_F(Period, TellsOfAScanThatFails) {
  bench_.scan_fails = Fault{Errc::garbled, "counter", "scan", "FIFO overrun", {}};
  LoadPeriod period{*station_, one_};
  open(period);
  at(1);
  ASSERT_TRUE(period.fault());
  EXPECT_EQ(period.fault()->detail, "FIFO overrun");
}

TEST_F(Period, EndsAllScansThoughTheFirstFails) {
  testing::add_fake_positions(*station_, bench_, {"B"}, testing::FakeCounters::one_each);
  const std::vector<std::size_t> both{0, 1};
  LoadPeriod period{*station_, both};
  open(period);
  bench_.lost_at["counter"] = instant_at(0);
  EXPECT_FALSE(period.close());
  EXPECT_EQ(bench_.calls.back(), "counter_2 stop");
}

TEST_F(Period, PulsesThatComeAfterItIsGoneAreNobodys) {
  {
    LoadPeriod period{*station_, one_};
    open(period);
  }
  bench_.pulse("A", instant_at(1));  // must not touch what is gone
}

class Books : public Period {
 protected:
  /// A period with so many pulses, while the registers advance by `wh`.
  void count(int pulses, double wh) {
    LoadPeriod period{*station_, one_};
    open(period);
    for (int n = 0; n < pulses; ++n) bench_.pulse("A", reactor_.now());
    bench_.meters["A"].delivered_j += from_watt_hours(wh).value();
    ASSERT_TRUE(period.close());
    books_.enter(period);
  }
  [[nodiscard]] static std::string kinds(const std::vector<Finding>& findings) {
    std::string kinds;
    for (const Finding& f : findings) kinds += f.kind + ' ';
    return kinds;
  }
  Plan plan_ = sample::plan({});
  EnergyBooks books_{*station_, plan_, one_};
};

TEST_F(Books, AreReconciledOverEachPeriodAndOverTheWhole) {
  EXPECT_EQ(kinds(books_.read()), "");
  for (int i = 0; i < 4; ++i) {
    count(100, 100.5);  // within a pulse and two steps of 0.1 Wh each time, 2 Wh apart in the end
    EXPECT_EQ(kinds(books_.read()), i < 2 ? "" : i == 2 ? "led_register " : "") << i;
  }
  EXPECT_EQ(kinds(books_.close()), "") << "it was told already";
}

TEST_F(Books, AgreeAcrossAReadingThatTheOpticalPortDidNotGive) {
  static_cast<void>(books_.read());
  count(100, 100);
  bench_.lost_at["optical A"] = reactor_.now();
  EXPECT_EQ(kinds(books_.read()), "optical_port ");
  count(100, 100);
  bench_.lost_at.clear();
  EXPECT_EQ(kinds(books_.read()), "");
  EXPECT_EQ(kinds(books_.close()), "reconciled ");
}

TEST_F(Books, StayOpenWhereThePortIsSilentInTheEnd) {
  static_cast<void>(books_.read());
  count(100, 100);
  bench_.lost_at["optical A"] = reactor_.now();
  static_cast<void>(books_.read());
  EXPECT_EQ(kinds(books_.close()), "unreconciled ");
}

TEST_F(Books, StayOpenWherePulsesWereNotCountedToTheEnd) {
  static_cast<void>(books_.read());
  count(100, 100);
  static_cast<void>(books_.read());
  books_.break_off();
  EXPECT_EQ(kinds(books_.close()), "unreconciled ");
}

TEST_F(Books, StayOpenWhereTheFirstReadingCameTooLate) {
  bench_.lost_at["optical A"] = reactor_.now();
  static_cast<void>(books_.read());
  count(100, 100);
  bench_.lost_at.clear();
  EXPECT_EQ(kinds(books_.read()), "") << "the registers before the load are not known";
  EXPECT_EQ(kinds(books_.close()), "unreconciled ");
}

TEST_F(Books, HaveNothingToTellWithoutALoad) {
  static_cast<void>(books_.read());
  EXPECT_EQ(kinds(books_.close()), "");
}

}  // namespace
}  // namespace meterbench
