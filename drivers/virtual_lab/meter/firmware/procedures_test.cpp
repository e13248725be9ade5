// Procedures by ST-07, and what ST-08 says of them (optical-port.md 6.6).
#include "drivers/virtual_lab/meter/firmware/procedures.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/optical_client.h"

namespace meterbench::firmware {
namespace {

using namespace meterbench::testing;
using golden::from_hex;
using Texts = std::vector<std::string>;

constexpr std::uint16_t kRequest = 7, kResponse = 8;
constexpr std::uint16_t kMaker = 2048;

/// 2024-06-15 13:45:30, of which optical-port.md 4 has each form; a day and a bit before it.
constexpr LocalTime kGiven = 1'718'459'130 - 946'684'800;
constexpr LocalTime kBefore = kGiven - 100'000;  // 2024-06-14 09:58:50

Octets u16(std::uint16_t value, bool big_endian) {
  const auto low = static_cast<std::uint8_t>(value), high = static_cast<std::uint8_t>(value >> 8U);
  return big_endian ? Octets{high, low} : Octets{low, high};
}

struct ProcedureTest : ::testing::Test {
  /// A session of user 2.
  static OpticalClient opened(const Records& records = {}) {
    OpticalClient client{records};
    client.data.now = kBefore;
    client.open(2);
    return client;
  }
  static ConfigurationRecord formats(std::uint8_t time_format, bool big_endian) {
    ConfigurationRecord record = unprogrammed();
    record.time_format = time_format;
    record.big_endian = big_endian ? 1 : 0;
    return sound(record);
  }
  /// ST-08 after procedure `number` with sequence number 9Ch, without what it repeats of the request.
  static Octets run(OpticalClient& client, std::uint16_t number, const Octets& parameters,
                    bool big_endian = false) {
    const Octets head = u16(number, big_endian) + Octets{0x9C};
    EXPECT_EQ(client.write(kRequest, head + parameters), Octets{0}) << number;
    const Octets said = client.read(kResponse);
    EXPECT_GE(said.size(), 4U) << number;
    if (said.size() < 4) return {};
    EXPECT_EQ(Octets(said.begin(), said.begin() + 3), head) << number;
    return {said.begin() + 3, said.end()};
  }
};

struct ProcedureCase {
  std::uint16_t number;
  Octets parameters;  // little-endian
  Octets answer;      // result and data
  Texts calls;
};

const Octets kMasterLogIn = Octets{0x07, 0x01} + text("MASTER", 20, '\0');

const ProcedureCase kProcedures[] = {
    {0, {}, {0}, {"cold_start by 2"}},
    {1, {}, {0}, {"warm_start by 2"}},
    {3, {}, {0}, {"clear_data by 2"}},
    {4, {1}, {0}, {"reset_list 1 by 2"}},
    {4, {2}, {0}, {"reset_list 2 by 2"}},
    {4, {8}, {0}, {"reset_list 8 by 2"}},
    {4, {255}, {0}, {"reset_list 2 by 2", "reset_list 8 by 2"}},
    {5, {1, 0x34, 0x12}, {0}, {"mark_read 1 by 4660"}},  // 1234h entries
    {5, {2, 0x03, 0x00}, {0}, {"mark_read 2 by 3"}},
    {5, {8, 0x01, 0x00}, {0}, {"mark_read 8 by 1"}},
    {6, {1}, {0}, {"change_mode 1 by 2"}},
    {6, {2}, {0}, {"change_mode 2 by 2"}},
    {7, {}, {0}, {"clear_status by 2"}},
    {9, {1}, {0, 1}, {"demand_reset by 2"}},
    {9, {2}, {0, 2}, {"self_read by 2"}},
    {9, {3}, {0, 3}, {"self_read by 2", "demand_reset by 2"}},
    {18, kMasterLogIn, {0}, {}},
    {19, {}, {0}, {}},
    {kMaker + 0, {5}, {0}, {}},
    {kMaker + 1, {0}, {0}, {"change_mode 1 by 2"}},
    {kMaker + 1, {1}, {0}, {"change_mode 2 by 2"}},
    {kMaker + 2, {0}, {0}, {"open_relay by 2"}},
    {kMaker + 2, {1}, {0}, {"close_relay by 2"}},
};

TEST_F(ProcedureTest, EachDoesWhatItIsToldByItsUserAndIsNoted) {
  for (const auto& [number, parameters, said, calls] : kProcedures) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, number, parameters), said) << number;
    EXPECT_EQ(client.functions.calls, calls) << number;
    EXPECT_EQ(client.functions.events, Texts{"9 by 2 of " + std::to_string(number)}) << number;
    EXPECT_EQ(client.signal.under_way(), number == kMaker) << number;
  }
}

TEST_F(ProcedureTest, NumbersFollowTheOrderOfBytesThatSt00Tells) {
  OpticalClient client = opened({.configuration = formats(2, true)});
  EXPECT_EQ(run(client, 9, {1}, true), (Octets{0, 1}));
  EXPECT_EQ(run(client, 5, {1, 0x12, 0x34}, true), Octets{0});
  EXPECT_EQ(run(client, kMaker + 2, {0}, true), Octets{0});
  EXPECT_EQ(run(client, 0x0900, {1}, true), Octets{6}) << "what procedure 9 would be the other way round";
  EXPECT_EQ(client.functions.calls, (Texts{"demand_reset by 2", "mark_read 1 by 4660", "open_relay by 2"}));
}

TEST_F(ProcedureTest, DoesNothingWithMoreOrFewerParametersThanItHas) {
  const ProcedureCase clock{10, from_hex("07 18 06 0F 0D 2D 1E 6E"), {}, {}};
  std::vector<ProcedureCase> all(std::begin(kProcedures), std::end(kProcedures));
  all.push_back(clock);
  for (const auto& [number, parameters, said, calls] : all) {
    OpticalClient client = opened();
    if (parameters.size() < 22) {  // more than any has are no parameters of a procedure
      EXPECT_EQ(run(client, number, parameters + Octets{0}), Octets{2}) << number;
    }
    for (std::size_t size = 0; size < parameters.size(); ++size)
      EXPECT_EQ(run(client, number, {parameters.begin(), parameters.begin() + static_cast<long>(size)}),
                Octets{2})
          << number;
    EXPECT_TRUE(client.functions.calls.empty()) << number;
    EXPECT_TRUE(client.functions.events.empty()) << number;
    EXPECT_FALSE(client.signal.under_way());
  }
}

TEST_F(ProcedureTest, TakesAsManyParametersAsSt00TellsAndNoMore) {
  OpticalClient client = opened();
  const Octets general = client.read(0);
  ASSERT_GT(general.size(), 10U);
  EXPECT_EQ(general[9], 22) << "user and password of procedure 18";
  EXPECT_EQ(general[10], 12) << "two LTIME of procedure 10";
  EXPECT_EQ(client.write(kRequest, {0, 0, 1}), Octets{0});
  EXPECT_EQ(client.write(kRequest, Octets(3 + 22)), Octets{0});
  EXPECT_EQ(client.write(kRequest, Octets(3 + 23)), Octets{5}) << "iar";
  EXPECT_EQ(client.write(kRequest, {0, 0}), Octets{5});
}

TEST_F(ProcedureTest, KnowsNoOther) {
  for (const int number : {2, 8, 11, 13, 15, 16, 17, 20, 27, 32, 2047, kMaker + 3, kMaker + 2047}) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, static_cast<std::uint16_t>(number), {}), Octets{6}) << number;
    EXPECT_EQ(run(client, static_cast<std::uint16_t>(number), {1}), Octets{6}) << number;
    EXPECT_TRUE(client.functions.events.empty()) << number;
  }
}

TEST_F(ProcedureTest, DoesNothingWithAParameterThatMeansNothing) {
  const std::pair<std::uint16_t, Octets> cases[] = {
      {4, {0}},
      {4, {9}},
      {4, {254}},
      {5, {0, 1, 0}},
      {5, {3, 1, 0}},
      {5, {255, 1, 0}},
      {6, {0}},
      {6, {3}},
      {6, {16}},
      {6, {255}},
      {9, {0}},
      {9, {4}},
      {9, {5}},
      {9, {255}},
      {kMaker + 0, {0}},
      {kMaker + 0, {101}},
      {kMaker + 1, {2}},
      {kMaker + 2, {2}},
      {kMaker + 2, {255}},
  };
  for (const auto& [number, parameters] : cases) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, number, parameters), Octets{2}) << number << " " << int{parameters[0]};
    EXPECT_TRUE(client.functions.calls.empty()) << number;
    EXPECT_FALSE(client.signal.under_way());
  }
}

// 3 conflicts with set-up: modes and lists that this meter does not have.
TEST_F(ProcedureTest, TellsWhatItHasNot) {
  const std::pair<std::uint16_t, Octets> cases[] = {{4, {3}}, {4, {6}}, {4, {7}}, {6, {4}}, {6, {8}}};
  for (const auto& [number, parameters] : cases) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, number, parameters), Octets{3}) << number << " " << int{parameters[0]};
    EXPECT_TRUE(client.functions.calls.empty()) << number;
  }
}

TEST_F(ProcedureTest, TellsWhatTheMeterAnswersAndNotesOnlyWhatWasDone) {
  for (const ProcedureResult result :
       {ProcedureResult::under_way, ProcedureResult::conflict, ProcedureResult::timing}) {
    for (const auto& [number, parameters, said, calls] : kProcedures) {
      if (calls.empty()) continue;
      OpticalClient client = opened();
      client.functions.answer = result;
      const Octets told = run(client, number, parameters);
      ASSERT_FALSE(told.empty());
      EXPECT_EQ(told[0], static_cast<std::uint8_t>(result)) << number;
      EXPECT_EQ(client.functions.calls, Texts{calls.front()}) << number << ": the second would not be begun";
      EXPECT_TRUE(client.functions.events.empty()) << number;
      if (number == 9) {
        EXPECT_EQ(told, (Octets{static_cast<std::uint8_t>(result), 0})) << "nothing was done";
      }
    }
  }
}

TEST_F(ProcedureTest, AnswersAsTheSelectorAsks) {
  const auto request = [](unsigned selector, std::uint8_t sequence, std::uint8_t what) {
    return Octets{9, static_cast<std::uint8_t>(selector << 4U), sequence, what};
  };
  OpticalClient client = opened();
  // 2: no answer, as if nothing had been asked.
  EXPECT_EQ(client.write(kRequest, request(2, 1, 1)), Octets{0});
  EXPECT_EQ(client.read(kResponse), Octets{7}) << "dnr";
  // 0: an answer when done.
  EXPECT_EQ(client.write(kRequest, request(0, 2, 1)), Octets{0});
  EXPECT_EQ(client.read(kResponse), from_hex("09 00 02 00 01"));
  // 1: on exception only; what was told before stays.
  EXPECT_EQ(client.write(kRequest, request(1, 3, 1)), Octets{0});
  EXPECT_EQ(client.read(kResponse), from_hex("09 00 02 00 01"));
  EXPECT_EQ(client.write(kRequest, request(1, 4, 0)), Octets{0});
  EXPECT_EQ(client.read(kResponse), from_hex("09 10 04 02"));
  // 2 tells of no exception either.
  EXPECT_EQ(client.write(kRequest, request(2, 5, 0)), Octets{0});
  EXPECT_EQ(client.read(kResponse), from_hex("09 10 04 02"));
  // 3: at once and when done, which is the same here.
  EXPECT_EQ(client.write(kRequest, request(3, 6, 1)), Octets{0});
  EXPECT_EQ(client.read(kResponse), from_hex("09 30 06 00 01"));
  EXPECT_EQ(client.functions.calls.size(), 4U) << "done all the same, whoever hears of it";
  EXPECT_EQ(client.functions.events.size(), 4U);
}

TEST_F(ProcedureTest, WithoutAuthorityDoesNothingAndSaysSo) {
  for (const auto& [number, parameters, said, calls] : kProcedures) {
    const auto idc = static_cast<std::uint16_t>(number | kIdcProcedure);
    OpticalClient client = opened({.security = secured({{idc, 0, 0x08}})});
    EXPECT_EQ(run(client, number, parameters), Octets{5}) << number;
    const Octets fewer{parameters.begin(), parameters.end() - (parameters.empty() ? 0 : 1)};
    EXPECT_EQ(run(client, number, fewer), Octets{5}) << "whatever else is wrong";
    EXPECT_TRUE(client.functions.calls.empty()) << number;
    EXPECT_TRUE(client.functions.events.empty()) << number;
  }
}

// --- 10: the clock ---

struct TimeCase {
  std::uint8_t format;
  bool big_endian;
  const char* given;   // optical-port.md 4
  const char* before;  // 2024-06-14 09:58:50
};

TEST_F(ProcedureTest, SetsTheClockInEachTimeFormat) {
  // 1718359130 s = 666C145Ah = 28639318 min (01B5 0056h) + 50 s (32h).
  static_assert(1'718'359'130U == 0x666C145AU && 1'718'359'130U / 60 == 0x01B50056U);
  const TimeCase cases[] = {
      {1, false, "24 06 15 13 45 30", "24 06 14 09 58 50"},
      {2, false, "18 06 0F 0D 2D 1E", "18 06 0E 09 3A 32"},
      {3, false, "D9 06 B5 01 1E", "56 00 B5 01 32"},
      {4, false, "FA 9A 6D 66", "5A 14 6C 66"},
      {1, true, "24 06 15 13 45 30", "24 06 14 09 58 50"},
      {2, true, "18 06 0F 0D 2D 1E", "18 06 0E 09 3A 32"},
      {3, true, "01 B5 06 D9 1E", "01 B5 00 56 32"},
      {4, true, "66 6D 9A FA", "66 6C 14 5A"},
  };
  for (const auto& [format, big_endian, given, before] : cases) {
    OpticalClient client = opened({.configuration = formats(format, big_endian)});
    const Octets said = run(client, 10, Octets{7} + from_hex(given) + Octets{0x6E}, big_endian);
    EXPECT_EQ(said, Octets{0} + from_hex(before) + from_hex(given)) << int{format};
    EXPECT_EQ(client.functions.calls, Texts{"set_clock " + std::to_string(kGiven) + " by 2"}) << int{format};
  }
}

TEST_F(ProcedureTest, SetsTimeOrDateAlone) {
  constexpr LocalTime kMidnight = kGiven / 86'400 * 86'400;
  const Octets given = from_hex("18 06 0F 0D 2D 1E 6E");
  const std::pair<std::uint8_t, LocalTime> cases[] = {
      {0x01, kMidnight - 86'400 + kGiven % 86'400},  // its time, of the day before
      {0x02, kMidnight + kBefore % 86'400},
      {0x03, kGiven},
      {0x07, kGiven},
  };
  for (const auto& [mask, expected] : cases) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, 10, Octets{mask} + given).size(), 13U) << int{mask};
    EXPECT_EQ(client.functions.calls, Texts{"set_clock " + std::to_string(expected) + " by 2"}) << int{mask};
  }
  for (const std::uint8_t mask : {0x00, 0x04, 0x08, 0x0F, 0x83}) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, 10, Octets{mask} + given), Octets{2}) << int{mask};
    EXPECT_TRUE(client.functions.calls.empty()) << int{mask};
  }
}

TEST_F(ProcedureTest, AClockThatKnowsNoTimeTakesAWholeOneOnly) {
  const Octets given = from_hex("18 06 0F 0D 2D 1E 6E");
  for (const std::uint8_t mask : {0x01, 0x02}) {
    OpticalClient client = opened();
    client.data.now = kNoTime;
    EXPECT_EQ(run(client, 10, Octets{mask} + given), Octets{3}) << int{mask};
  }
  OpticalClient client = opened();
  client.data.now = kNoTime;
  EXPECT_EQ(run(client, 10, Octets{3} + given), from_hex("00 00 00 00 00 00 00 18 06 0F 0D 2D 1E"));
}

TEST_F(ProcedureTest, TakesNoTimeThatThereIsNot) {
  const std::pair<std::uint8_t, const char*> cases[] = {
      {2, "18 0D 0F 0D 2D 1E"},  // month 13
      {2, "18 00 0F 0D 2D 1E"},  //
      {2, "19 02 1D 0D 2D 1E"},  // 29 February 2025
      {2, "18 06 1F 0D 2D 1E"},  // 31 June
      {2, "18 06 0F 18 2D 1E"},  // 24 h
      {2, "18 06 0F 0D 3C 1E"}, {2, "18 06 0F 0D 2D 3C"},
      {2, "5A 06 0F 0D 2D 1E"},  // 1990 (optical-port.md 4)
      {1, "24 0A 15 13 45 30"},  // no digit
      {1, "24 13 15 13 45 30"}, {1, "90 06 15 13 45 30"},
      {3, "D9 06 B5 01 3C"},  // 60 s
      {3, "00 00 00 00 00"},  // 1970
      {4, "FF 42 6D 38"},     // one second before 2000: 386D 4380h
  };
  for (const auto& [format, time] : cases) {
    OpticalClient client = opened({.configuration = formats(format, false)});
    EXPECT_EQ(run(client, 10, Octets{3} + from_hex(time) + Octets{0}), Octets{2}) << time;
    EXPECT_TRUE(client.functions.calls.empty()) << time;
  }
  OpticalClient client = opened({.configuration = formats(4, false)});
  EXPECT_EQ(run(client, 10, from_hex("03 80 43 6D 38 00")).at(0), 0) << "2000-01-01 00:00:00";
  EXPECT_EQ(client.functions.calls, Texts{"set_clock 0 by 2"});
}

TEST_F(ProcedureTest, AClockThatIsNotSetTellsNoTimes) {
  OpticalClient client = opened();
  client.functions.answer = ProcedureResult::timing;
  EXPECT_EQ(run(client, 10, from_hex("07 18 06 0F 0D 2D 1E 6E")), Octets{4});
}

// --- 18 and 19: logging in inside of a session ---

TEST_F(ProcedureTest, LogsInWithUserAndPasswordAndOutAgain) {
  const Records records{.security = secured({{3, 0x04, 0}})};
  OpticalClient client = opened(records);
  EXPECT_EQ(client.read(3), Octets{3});
  EXPECT_EQ(run(client, 18, kMasterLogIn), Octets{0});
  EXPECT_EQ(client.read(3), from_hex("01 00 00 00 00"));
  EXPECT_EQ(run(client, 9, {1}), (Octets{0, 1}));
  EXPECT_EQ(client.functions.calls, Texts{"demand_reset by 263"}) << "0107h";
  EXPECT_EQ(run(client, 19, {}), Octets{0});
  EXPECT_EQ(client.read(3), Octets{3});
  EXPECT_EQ(client.functions.events, (Texts{"9 by 2 of 18", "9 by 263 of 9", "9 by 263 of 19"}))
      << "by who asked for it";
}

TEST_F(ProcedureTest, LogsInInEitherOrderOfBytesAndWithEitherFiller) {
  OpticalClient client = opened({.security = secured({}), .configuration = formats(2, true)});
  EXPECT_EQ(run(client, 18, Octets{0x01, 0x07} + text("SHOP", 20, ' '), true), Octets{0});
  EXPECT_EQ(run(client, 9, {1}, true), (Octets{0, 1}));
  EXPECT_EQ(client.functions.calls, Texts{"demand_reset by 263"});
}

TEST_F(ProcedureTest, CountsAWrongPasswordThereAsAnyOther) {
  OpticalClient client = opened({.security = secured({{3, 0x01, 0}})});
  const Octets wrong = Octets{7, 0} + text("WRONG", 20, '\0');
  EXPECT_EQ(client.request(security("READER")), Octets{0});
  EXPECT_EQ(run(client, 18, wrong), Octets{5});
  EXPECT_EQ(client.read(3), Octets{3}) << "and the rights that there were are gone";
  EXPECT_EQ(client.request(security("WRONG")), Octets{1});
  EXPECT_EQ(run(client, 18, wrong), Octets{5});
  EXPECT_EQ(run(client, 18, kMasterLogIn), Octets{4}) << "not now";
  EXPECT_EQ(client.functions.events, (Texts{"2048 by 7 of 0", "2048 by 7 of 0", "2048 by 7 of 0"}));
  client.pass(3);
  client.request({0x70, 255});
  client.pass(60.1);
  EXPECT_EQ(run(client, 18, kMasterLogIn), Octets{0});
}

// --- MP-00 ---

TEST_F(ProcedureTest, GivesAsManySignalsAsItIsTold) {
  for (const unsigned pulses : {1U, 100U}) {
    OpticalClient client = opened();
    EXPECT_EQ(run(client, kMaker, {static_cast<std::uint8_t>(pulses)}), Octets{0});
    unsigned given = 0;
    for (unsigned block = 0; block < 1000; ++block) given += client.signal.due() ? 1 : 0;
    EXPECT_EQ(given, pulses);
  }
}

}  // namespace
}  // namespace meterbench::firmware
