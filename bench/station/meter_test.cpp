#include "bench/station/meter.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace meterbench {
namespace {

MeterState state() {
  return {.identity = {.manufacturer = "TEST",
                       .model = "VMETER1",
                       .hardware = "1.0",
                       .firmware = "5.34",
                       .serial_number = "0000000012345678",
                       .device_id = "UNIT-0001",
                       .kt = from_watt_hours(7.2)},
          .configuration = {{3, {1, 0, 0}}, {2061, {}}}};
}

// Computed elsewhere: each part as `length:bytes`.
TEST(MeterState, HasTheHashOfItsPartsWithTheirLengths) {
  EXPECT_EQ(MeterState{}.sha256(), "6db2d5a4b4209856d3249ada2dd5cebd32f82c1ad350481ed1e52524ec3efd80");
  EXPECT_EQ(state().sha256(), "fa16e5497d3e0eb4ed870a15842908ce5e6bb9b0dd3c50b162b667c90690e556");
}

TEST(MeterState, HasAnotherHashWhateverChanges) {
  const std::function<void(MeterState&)> changes[] = {
      [](MeterState& s) { s.identity.manufacturer = "TESS"; },
      [](MeterState& s) { s.identity.model += "2"; },
      [](MeterState& s) { s.identity.hardware = "1.1"; },
      [](MeterState& s) { s.identity.firmware = "5.33"; },
      [](MeterState& s) { s.identity.serial_number.back() = '9'; },
      [](MeterState& s) { s.identity.device_id.clear(); },
      [](MeterState& s) { s.identity.kt.reset(); },
      [](MeterState& s) { s.identity.kt = from_watt_hours(7.2000001); },
      [](MeterState& s) { s.configuration[3][1] = 1; },
      [](MeterState& s) { s.configuration[3].push_back(0); },
      [](MeterState& s) { s.configuration[4] = {}; },
      [](MeterState& s) { s.configuration.erase(2061); },
      [](MeterState& s) { std::swap(s.configuration[3], s.configuration[2061]); },
  };
  std::set<std::string> hashes{state().sha256()};
  for (const auto& change : changes) {
    MeterState changed = state();
    change(changed);
    EXPECT_TRUE(hashes.insert(changed.sha256()).second) << hashes.size();
  }
}

TEST(MeterState, DoesNotTakeTheEndOfOnePartForTheBeginningOfTheNext) {
  MeterState a, b;
  a.identity.manufacturer = "AB";
  b.identity.manufacturer = "A";
  b.identity.model = "B";
  EXPECT_NE(a.sha256(), b.sha256());
}

}  // namespace
}  // namespace meterbench
