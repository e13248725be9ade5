// The draft that `discover` writes is a file that the reader of station files takes.
#include <gtest/gtest.h>

#include <fstream>

#include "bench/config/station_file.h"
#include "drivers/discovery/discovery.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

TEST(StationDraft, IsAValidStationFileWithWhatIsAttached) {
  const testing::TemporaryFolder folder;
  const UsbDevice timer{0x0957, 0x1907, true, true, "Agilent Technologies", "53230A", "MY50001484"};
  for (const auto& found : {attached({}, {timer}), std::vector<Attached>{}}) {
    const auto path = folder.path() / "draft.yaml";
    std::ofstream{path} << station_draft(found);
    Mistakes mistakes;
    const auto station = load_station_file(path, mistakes);
    ASSERT_TRUE(station) << mistakes.text();
    EXPECT_EQ(station->instruments.at("counter").driver, found.empty() ? "mcc_usb_ctr08" : "keysight_53230a");
  }
}

}  // namespace
}  // namespace meterbench
