#include "bench/cli/lab_server.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

const std::map<std::string, std::string> kServed{{"source", "TCPIP0::127.0.0.1::5025::SOCKET"},
                                                 {"optical.A", "ASRL/dev/pts/3::INSTR"}};

TEST(ServedAddresses, TakeThePlaceOfVirtualOnes) {
  EXPECT_EQ(with_served_addresses("source:\n  address: virtual:source  # here\n", kServed),
            "source:\n  address: \"TCPIP0::127.0.0.1::5025::SOCKET\"  # here\n\nsimulated: true\n");
}

TEST(ServedAddresses, AreQuotedOnceWhateverQuotesWereThere) {
  EXPECT_EQ(
      with_served_addresses("{a: 'virtual:optical.A', b: \"virtual:source\"}\nsimulated: true", kServed),
      "{a: \"ASRL/dev/pts/3::INSTR\", b: \"TCPIP0::127.0.0.1::5025::SOCKET\"}\nsimulated: true");
}

TEST(ServedAddresses, LeaveWhatIsNotServed) {
  EXPECT_EQ(with_served_addresses("a: virtual:counter\nb: virtual:sources\nsimulated: true\n", kServed),
            "a: virtual:counter\nb: virtual:sources\nsimulated: true\n");
}

TEST(ServedAddresses, LeadNowhereForASocketWithoutAMeter) {
  EXPECT_EQ(with_served_addresses("a: virtual:optical.B\nsimulated: true\n", kServed),
            "a: ASRL/dev/no-meter::INSTR\nsimulated: true\n");
}

}  // namespace
}  // namespace meterbench
