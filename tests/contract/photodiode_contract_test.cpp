// What every photodiode keeps, whoever made it, and its view of the display where it has one. Here each
// driver meets its simulator; beside each driver its driver_test meets the golden bytes of its manual.
#include <cmath>
#include <limits>

#include "tests/contract/identity.h"
#include "tests/contract/spoilt_session.h"

namespace meterbench::contract {
namespace {

constexpr Duration kLimit = 5s;  ///< the longest that anything may take

/// What there is to see at one position.
class Scene final : public virtual_lab::Light {
 public:
  Scene(double level, double flicker, bool dark_pulses, std::string display)
      : level_{level}, flicker_{flicker}, dark_pulses_{dark_pulses}, display_{std::move(display)} {}
  double level_percent() const override { return level_; }
  double flicker_percent() const override { return flicker_; }
  bool inverted() const override { return dark_pulses_; }
  Seconds debounce() const override { return debounce_; }
  void set_debounce(Instant, Seconds debounce) override { debounce_ = debounce; }
  std::string display() override { return display_; }
  void disturb(Instant, Disturbance) override {}

 private:
  double level_;
  double flicker_;
  bool dark_pulses_;
  std::string display_;
  Seconds debounce_{250e-6};
};

struct PhotodiodeRig : Surroundings {
  explicit PhotodiodeRig(const DriverEntry& driver)
      : Surroundings{{}},
        line{*this, driver, make_simulator(driver, lit_world(), {})},
        made{std::get<PickupDriver>(driver.driver).make(line.link)} {}

  Scene a{62.5, 1.25, false, "012345 kWh"};
  Scene b{30, 8, true, "888888"};
  Line<ByteLink> line;
  MadePickups made;

  Result<std::string> identify() {
    return finish<std::string>("identify", kLimit,
                               [&](auto done) { made.photodiode->start_identify(std::move(done)); });
  }
  Result<PickupReading> read(const std::string& position) {
    return finish<PickupReading>("read", kLimit,
                                 [&](auto done) { made.photodiode->start_read(position, std::move(done)); });
  }
  Result<void> set_debounce(const std::string& position, Seconds debounce) {
    return finish<void>("debounce", kLimit, [&](auto done) {
      made.photodiode->start_set_debounce(position, debounce, std::move(done));
    });
  }
  Result<std::string> read_display(const std::string& position) {
    return finish<std::string>(
        "display", kLimit, [&](auto done) { made.display->start_read_display(position, std::move(done)); });
  }
  /// `scene` as it is now.
  static void expect_reading(const PickupReading& reading, const Scene& scene) {
    constexpr double kStep = 0.1;  // of what a box prints, %
    EXPECT_NEAR(percent(reading.level), scene.level_percent(), 0.501 * kStep);
    EXPECT_NEAR(percent(reading.flicker), scene.flicker_percent(), 0.501 * kStep);
    EXPECT_EQ(reading.inverted, scene.inverted());
    EXPECT_NEAR(reading.debounce.value(), scene.debounce().value(), 1e-6);
  }

 private:
  virtual_lab::World& lit_world() {
    world.add_light("A", a);
    world.add_light("B", b);
    return world;
  }
};

class PhotodiodeContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  PhotodiodeRig rig{*GetParam()};
};

TEST_P(PhotodiodeContract, TellsTheSameIdentityWheneverItIsAsked) { expect_steady_identity(rig); }

TEST_P(PhotodiodeContract, SeesWhatIsThereAtEachPosition) {
  for (int n = 0; n < 3; ++n) {
    const auto at_a = rig.read("A");
    ASSERT_TRUE(at_a) << at_a.error().text();
    rig.expect_reading(*at_a, rig.a);
    const auto at_b = rig.read("B");
    ASSERT_TRUE(at_b) << at_b.error().text();
    rig.expect_reading(*at_b, rig.b);
  }
}

TEST_P(PhotodiodeContract, TakesADebounceTimeForOnePosition) {
  const auto set = rig.set_debounce("A", Seconds{800e-6});
  ASSERT_TRUE(set) << set.error().text();
  EXPECT_NEAR(rig.a.debounce().value(), 800e-6, 1e-9);
  EXPECT_NEAR(rig.b.debounce().value(), 250e-6, 1e-9);
}

TEST_P(PhotodiodeContract, SendsNothingForADebounceTimeThatCannotBe) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double seconds : {-1e-6, 3600.0, nan})
    EXPECT_EQ(rig.set_debounce("A", Seconds{seconds}).error().code, Errc::out_of_range);
  EXPECT_EQ(rig.plot.messages(), 0U);
}

TEST_P(PhotodiodeContract, APositionThatIsNotThereIsARefusal) {
  EXPECT_EQ(rig.read("Z").error().code, Errc::refused);
  EXPECT_TRUE(rig.read("A"));
}

TEST_P(PhotodiodeContract, ReadsAgainAfterTheLinkWasLost) {
  ASSERT_TRUE(rig.read("A"));
  rig.line.link.close();
  EXPECT_TRUE(rig.read("A"));
}

TEST_P(PhotodiodeContract, ReadsTheDisplay) {
  if (rig.made.display == nullptr) GTEST_SKIP() << "sees no display";
  EXPECT_EQ(rig.read_display("A"), rig.a.display());
  EXPECT_EQ(rig.read_display("B"), rig.b.display());
}

INSTANTIATE_TEST_SUITE_P(Every, PhotodiodeContract, testing::ValuesIn(drivers_of<PickupDriver>()),
                         DriverName{});

// --- One message spoilt ---

class SpoiltPhotodiodeSession : public SpoiltSession {};

TEST_P(SpoiltPhotodiodeSession, NeverTellsWhatIsNotThere) {
  std::vector<Step<PhotodiodeRig>> session{
      identified<PhotodiodeRig>(),
      {"read",
       [](PhotodiodeRig& rig) {
         return rig.read("A").map([&](const PickupReading& r) { rig.expect_reading(r, rig.a); });
       }},
      {"debounce",
       [](PhotodiodeRig& rig) {
         return rig.set_debounce("A", Seconds{600e-6}).map([&] {
           EXPECT_NEAR(rig.a.debounce().value(), 600e-6, 1e-9);
         });
       }},
      {"read another", [](PhotodiodeRig& rig) {
         return rig.read("B").map([&](const PickupReading& r) { rig.expect_reading(r, rig.b); });
       }}};
  if (PhotodiodeRig{driver()}.made.display != nullptr)
    session.push_back({"display", [](PhotodiodeRig& rig) {
                         return rig.read_display("A").map(
                             [&](const std::string& text) { EXPECT_EQ(text, rig.a.display()); });
                       }});
  expect_survival<PhotodiodeRig>([] { return std::make_unique<PhotodiodeRig>(driver()); }, session, how());
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltPhotodiodeSession,
                         testing::Combine(testing::ValuesIn(drivers_of<PickupDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
