// The shipped files of config/limits against what type-approval.md says of their figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "bench/config/limits_file.h"
#include "bench/config/meter_file.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const PowerFactor kUnity{};
const PowerFactor kHalfLag{0.5, false};
const PowerFactor kLead{0.8, true};

Catalogue catalogue() { return Catalogue{BENCH_SOURCE_DIR}; }

std::vector<LimitRow> shipped(const std::string& name) {
  Mistakes mistakes;
  auto rows = load_limits_file(catalogue().find("limits", name).value(), mistakes);
  EXPECT_TRUE(rows) << mistakes.text();
  return rows.value_or(std::vector<LimitRow>{});
}

/// Name and rows of every file.
std::vector<std::pair<std::string, std::vector<LimitRow>>> all() {
  std::vector<std::pair<std::string, std::vector<LimitRow>>> files;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{BENCH_SOURCE_DIR} / "config/limits"}) {
    const std::string name = entry.path().stem().string();
    files.emplace_back(name, shipped(name));
  }
  return files;
}

MeterType meter(const std::string& name) {
  Mistakes mistakes;
  return load_meter_file(catalogue().find("meters", name).value(), mistakes).value();
}

LimitQuestion asked(std::string_view test, double amperes, const PowerFactor& pf = kUnity,
                    double temperature_c = 23) {
  return {test, LimitKind::percent, pf, Current{amperes}, Voltage{240}, Temperature{temperature_c}};
}

/// `1.5 knowledge`; `none` where there is no row.
std::string found(const std::vector<LimitRow>& rows, const LimitQuestion& asked, const MeterType& meter) {
  const LimitRow* row = find_limit(rows, asked, meter);
  if (!row) return "none";
  return to_text(row->limit) + " " + std::string{to_text(row->limit.mark)};
}

TEST(ShippedLimits, AreAllSound) { EXPECT_GE(all().size(), 23U); }

TEST(ShippedLimits, TheCriterionIsMeterbenchsOwn) {
  const auto rows = shipped("bench");
  const MeterType type = meter("focus-ax-2s-cl200");
  EXPECT_EQ(found(rows, asked("load-performance", 50), type), "±0.5 % criterion");
  EXPECT_EQ(found(rows, asked("load-performance", 50, kHalfLag), type), "±0.6 % criterion");
  for (const LimitRow& row : rows) EXPECT_EQ(row.limit.mark, Mark::criterion);
}

TEST(ShippedLimits, CallACriterionByItsOwnerAlone) {
  for (const auto& [name, rows] : all())
    for (const LimitRow& row : rows)
      if (row.limit.mark == Mark::criterion) {
        EXPECT_THAT(row.limit.source, Not(HasSubstr("criterion"))) << name;
      }
}

TEST(ShippedLimits, ThatStandOnAConventionOfItrAreUnverified) {
  std::size_t seen = 0;
  for (const auto& [name, rows] : all())
    for (const LimitRow& row : rows)
      for (const auto& bound : {row.current.least, row.current.most})
        if (bound && bound->of == NamedCurrent::itr) {
          ++seen;
          EXPECT_EQ(row.limit.mark, Mark::knowledge) << name;
        }
  EXPECT_GT(seen, 0U);
}

TEST(ShippedLimits, OfIec62053_21FollowCurrentAndConnection) {
  const auto class_1 = shipped("iec-62053-21-class-1");
  const auto class_2 = shipped("iec-62053-21-class-2");
  const MeterType direct = meter("focus-ax-2s-cl200");      // Ib 30 A
  const MeterType transformer = meter("focus-ax-4s-cl20");  // In 2.5 A
  const char* const test = "load-performance";
  EXPECT_EQ(found(class_1, asked(test, 1.4), direct), "none");
  EXPECT_EQ(found(class_1, asked(test, 1.5), direct), "±1.5 % knowledge");
  EXPECT_EQ(found(class_1, asked(test, 3), direct), "±1 % knowledge");
  EXPECT_EQ(found(class_1, asked(test, 3, kHalfLag), direct), "±1.5 % knowledge");
  EXPECT_EQ(found(class_1, asked(test, 6, kHalfLag), direct), "±1 % knowledge");
  EXPECT_EQ(found(class_1, asked(test, 6, kLead), direct), "±1 % knowledge");
  EXPECT_EQ(found(class_2, asked(test, 3), direct), "±2 % knowledge");
  EXPECT_EQ(found(class_2, asked(test, 6, kLead), direct), "none");
  EXPECT_EQ(found(class_1, asked(test, 30, kUnity, -40), direct), "none") << "at reference conditions alone";
  EXPECT_EQ(found(class_1, asked(test, 0.05), transformer), "±1.5 % knowledge");
  EXPECT_EQ(found(class_1, asked(test, 0.125), transformer), "±1 % knowledge");
  EXPECT_EQ(found(class_1, asked(test, 0.25), transformer), "±1 % read-2");
  EXPECT_EQ(found(class_1, asked(test, 20), transformer), "±1 % read-2");
  EXPECT_EQ(found(class_1, asked(test, 1, kHalfLag), transformer), "±1 % read-2");
  EXPECT_EQ(found(class_1, asked("voltage-influence", 30), direct), "±0.7 % read");
  EXPECT_EQ(found(class_1, asked("voltage-influence", 30, kHalfLag), direct), "±1 % knowledge");
  EXPECT_EQ(found(class_2, asked("frequency-influence", 1), transformer), "±0.8 % read");
  EXPECT_EQ(found(class_1, asked("repeatability", 30), direct), "±0.2 % read-2");
  LimitQuestion per_kelvin = asked("temperature-coefficient", 30);
  per_kelvin.kind = LimitKind::percent_per_kelvin;
  EXPECT_EQ(found(class_1, per_kelvin, direct), "±0.05 % read");
}

TEST(ShippedLimits, OfStartingAndNoLoadNameCurrentAndVoltage) {
  const auto class_1 = shipped("iec-62053-21-class-1");
  LimitQuestion start = asked("starting", 0.12);
  start.kind = LimitKind::starts;
  EXPECT_TRUE(find_limit(class_1, start, meter("focus-ax-2s-cl200")));
  start.current = Current{0.13};
  EXPECT_FALSE(find_limit(class_1, start, meter("focus-ax-2s-cl200")));
  start.current = Current{0.005};
  EXPECT_EQ(find_limit(class_1, start, meter("focus-ax-4s-cl20"))->limit.mark, Mark::read_2);
  LimitQuestion still = asked("no-load", 0);
  still.kind = LimitKind::pulses;
  EXPECT_FALSE(find_limit(class_1, still, meter("focus-ax-2s-cl200")));
  still.voltage = Voltage{276};
  EXPECT_EQ(find_limit(class_1, still, meter("focus-ax-2s-cl200"))->pulses, 1U);
}

TEST(ShippedLimits, OfTheMidFollowTheTemperature) {
  const auto rows = shipped("mid-class-c");
  const MeterType type = meter("focus-ax-2s-cl200");  // Imin 2 A, Itr 3 A
  const char* const test = "total-mpe";
  for (const auto& [temperature, low, high] : {std::tuple{23.0, "±1 % knowledge", "±0.7 % knowledge"},
                                               {30.0, "±1 % knowledge", "±0.7 % knowledge"},
                                               {5.0, "±1 % knowledge", "±0.7 % knowledge"},
                                               {-10.0, "±1.3 % knowledge", "±1 % knowledge"},
                                               {40.0, "±1.3 % knowledge", "±1 % knowledge"},
                                               {-25.0, "±1.7 % knowledge", "±1.3 % knowledge"},
                                               {53.0, "±1.7 % knowledge", "±1.3 % knowledge"},
                                               {-40.0, "±2 % knowledge", "±1.5 % knowledge"},
                                               {-41.0, "none", "none"}}) {
    EXPECT_EQ(found(rows, asked(test, 2, kUnity, temperature), type), low) << temperature;
    EXPECT_EQ(found(rows, asked(test, 50, kHalfLag, temperature), type), high) << temperature;
  }
  EXPECT_EQ(found(rows, asked(test, 50, PowerFactor{0.25, false}), type), "none");
}

TEST(ShippedLimits, OfOimlR46TakePowerFactorsBetween) {
  const auto rows = shipped("oiml-r46-class-b");
  const MeterType type = meter("focus-ax-2s-cl200");
  EXPECT_EQ(found(rows, asked("load-performance", 50), type), "±1 % knowledge");
  EXPECT_EQ(found(rows, asked("load-performance", 50, PowerFactor{0.7, false}), type), "±1.5 % knowledge");
  EXPECT_EQ(found(rows, asked("load-performance", 2, kLead), type), "±1.8 % knowledge");
}

TEST(ShippedLimits, OfTheUkAreReadAndHaveTwoSidesForAnElement) {
  const auto rows = shipped("uk-1998-1566");
  for (const LimitRow& row : rows) EXPECT_EQ(row.limit.mark, Mark::read);
  const MeterType direct = meter("focus-ax-2s-cl200");
  const MeterType transformer = meter("focus-ax-4s-cl20");
  EXPECT_EQ(found(rows, asked("high-load", 200), direct), "±1.9 % read");
  EXPECT_EQ(found(rows, asked("low-load", 1.5), direct), "±1.9 % read");
  EXPECT_EQ(found(rows, asked("low-load", 2), direct), "none");
  EXPECT_EQ(found(rows, asked("inductive-load", 30, kHalfLag), direct), "±1.9 % read");
  EXPECT_EQ(found(rows, asked("inductive-load", 2.5, kHalfLag), transformer), "±1.4 % read");
  EXPECT_EQ(found(rows, asked("element", 30), direct), "+2 % / -3 % read");
  EXPECT_EQ(found(rows, asked("element", 2.5), transformer), "+1.5 % / -2.5 % read");
}

TEST(ShippedLimits, OfCanadaAreReadInTheLawAndUnverifiedInSE02) {
  const MeterType type = meter("focus-ax-2s-cl200");
  const auto law = shipped("canada-sor-86-131");
  EXPECT_EQ(found(law, asked("in-service", 10), type), "±3 % read");
  EXPECT_EQ(citation(law[0].limit), "SOR/86-131 s. 46, edition consolidated to 2019-06-22 (read)");
  const auto s_e_02 = shipped("s-e-02");
  for (const LimitRow& row : s_e_02) EXPECT_EQ(row.limit.mark, Mark::knowledge);
  EXPECT_EQ(found(s_e_02, asked("verification", 50, kHalfLag), type), "±1 % knowledge");
  EXPECT_EQ(found(s_e_02, asked("verification", 5), type), "±1 % knowledge");
  EXPECT_EQ(found(s_e_02, asked("verification", 5, kHalfLag), type), "none");
}

TEST(ShippedLimits, OfAnsiAreUnverified) {
  const MeterType type = meter("focus-ax-2s-cl200");
  EXPECT_EQ(found(shipped("ansi-c12.20-class-0.2"), asked("load-performance", 200), type),
            "±0.2 % knowledge");
  EXPECT_EQ(found(shipped("ansi-c12.20-class-0.5"), asked("voltage-influence", 3), type), "±0.2 % knowledge");
  EXPECT_EQ(found(shipped("ansi-c12.1"), asked("load-performance", 1.5), type), "±1 % knowledge");
  EXPECT_EQ(found(shipped("ansi-c12.1"), asked("load-performance", 1.4), type), "none");
}

}  // namespace
}  // namespace meterbench
