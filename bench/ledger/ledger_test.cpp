#include "bench/ledger/ledger.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>

#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string refusal(const std::filesystem::path& path, Ledger::Mode mode) {
  try {
    const Ledger ledger{path, mode};
  } catch (const LedgerError& e) {
    return e.what();
  }
  return "opened";
}

std::string ask(const std::filesystem::path& path, const std::string& sql) {
  SQLite::Database database{path.string()};
  SQLite::Statement query{database, sql};
  std::string answer;
  while (query.executeStep())
    for (int i = 0; i < query.getColumnCount(); ++i) answer += query.getColumn(i).getString() + "|";
  return answer.substr(0, answer.size() - 1);
}

void expect_equal(const Component& a, const Component& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.distribution, b.distribution);
  EXPECT_EQ(a.standard_uncertainty, b.standard_uncertainty);
  EXPECT_EQ(a.sensitivity, b.sensitivity);
  EXPECT_EQ(a.degrees_of_freedom, b.degrees_of_freedom);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.unit, b.unit);
  EXPECT_EQ(a.input, b.input);
}

void expect_equal(const EventRow& a, const EventRow& b) {
  EXPECT_EQ(std::tie(a.point_id, a.position, a.time_s, a.kind, a.text),
            std::tie(b.point_id, b.position, b.time_s, b.kind, b.text));
}

TEST(Ledger, GivesBackEveryFieldOfARun) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const RunRecord in = sample::run();
  const std::string run_id = ledger.begin_run(in, sample::instruments(), sample::meters());

  const auto found = ledger.find_run(run_id);
  ASSERT_TRUE(found);
  const RunRecord& out = found->run;
  EXPECT_EQ(out.run_id, run_id);
  EXPECT_EQ(out.scenario, in.scenario);
  EXPECT_EQ(out.scenario_path, in.scenario_path);
  EXPECT_EQ(out.scenario_sha256, in.scenario_sha256);
  EXPECT_EQ(out.plan_sha256, in.plan_sha256);
  EXPECT_EQ(out.station, in.station);
  EXPECT_EQ(out.lab, in.lab);
  EXPECT_EQ(out.seed, in.seed);
  EXPECT_EQ(out.meter, in.meter);
  EXPECT_EQ(out.firmware, in.firmware);
  EXPECT_EQ(out.check, in.check);
  EXPECT_EQ(out.inputs, in.inputs);
  EXPECT_EQ(out.simulated, in.simulated);
  EXPECT_EQ(out.decision_rule, in.decision_rule);
  EXPECT_EQ(out.software, in.software);
  EXPECT_EQ(out.planned_points, in.planned_points);
  EXPECT_EQ(out.started, in.started);
  EXPECT_FALSE(found->ended);
  EXPECT_FALSE(found->exit_code);
  EXPECT_EQ(found->content_hash, "");

  ledger.end_run(run_id, 3, sample::utc("2025-06-02T09:00:00.5Z"));
  const auto ended = ledger.find_run(run_id);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->ended, sample::utc("2025-06-02T09:00:00.5Z"));
  EXPECT_EQ(ended->exit_code, 3);
  EXPECT_EQ(ended->content_hash, ledger.content_hash(run_id));
  EXPECT_THAT(ended->content_hash, MatchesRegex("[0-9a-f]{64}"));

  const auto instruments = ledger.instruments(run_id);
  ASSERT_EQ(instruments.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const InstrumentRow &a = instruments[i], b = sample::instruments()[i];
    EXPECT_EQ(std::tie(a.role, a.driver, a.address, a.far_end, a.identity, a.certificate, a.simulated),
              std::tie(b.role, b.driver, b.address, b.far_end, b.identity, b.certificate, b.simulated));
  }
}

TEST(Ledger, GivesBackEveryFieldOfAMeter) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const auto in = sample::meters();
  const auto out = ledger.meters(ledger.begin_run(sample::run(), {}, in));
  ASSERT_EQ(out.size(), in.size());
  const auto fields = [](const MeterRow& m) {
    return std::tie(m.position, m.type, m.manufacturer, m.model, m.hardware, m.firmware, m.serial_number,
                    m.device_id, m.kt_wh, m.state_sha256);
  };
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(fields(out[i]), fields(in[i]));
}

TEST(Ledger, GivesBackEveryFieldOfAPoint) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  const PointRecord in = sample::point();
  ledger.add_point(run_id, in);

  const auto points = ledger.points(run_id);
  ASSERT_EQ(points.size(), 1U);
  const PointRecord& out = points.front();
  EXPECT_EQ(out.point_id, in.point_id);
  EXPECT_EQ(out.position, in.position);
  EXPECT_EQ(out.attempt, in.attempt);
  EXPECT_EQ(out.computation, in.computation);
  EXPECT_EQ(out.step, in.step);
  EXPECT_EQ(out.started_s, in.started_s);
  EXPECT_EQ(out.ended_s, in.ended_s);
  EXPECT_EQ(out.temperature, in.temperature);
  EXPECT_EQ(out.voltage, in.voltage);
  EXPECT_EQ(out.current, in.current);
  EXPECT_EQ(out.power_factor, in.power_factor);
  EXPECT_EQ(out.direction, in.direction);
  EXPECT_EQ(out.connection, in.connection);
  EXPECT_EQ(out.label, in.label);
  EXPECT_EQ(out.result, in.result);
  EXPECT_EQ(out.waveform, in.waveform);
  EXPECT_EQ(out.isolation_error_percent, in.isolation_error_percent);
  EXPECT_EQ(out.standard_error_percent, in.standard_error_percent);
  EXPECT_EQ(out.frequency, in.frequency);
  EXPECT_EQ(out.method, in.method);
  EXPECT_EQ(out.pulses, in.pulses);
  EXPECT_EQ(out.error_percent, in.error_percent);
  EXPECT_EQ(out.duration_s, in.duration_s);
  EXPECT_EQ(out.reference_count, in.reference_count);
  EXPECT_EQ(out.reference_pulse_wh, in.reference_pulse_wh);
  EXPECT_EQ(out.kt_wh, in.kt_wh);
  EXPECT_EQ(out.circuit_factor, in.circuit_factor);
  EXPECT_EQ(out.reference_error_percent, in.reference_error_percent);
  ASSERT_TRUE(out.budget);
  ASSERT_EQ(out.budget->components.size(), in.budget->components.size());
  for (std::size_t i = 0; i < in.budget->components.size(); ++i)
    expect_equal(out.budget->components[i], in.budget->components[i]);
  EXPECT_EQ(out.limit.test, in.limit.test);
  EXPECT_EQ(out.limit.power_factor, in.limit.power_factor);
  EXPECT_EQ(out.limit.limit, in.limit.limit);
  EXPECT_EQ(out.limit.source, in.limit.source);
  EXPECT_EQ(out.limit.clause, in.limit.clause);
  EXPECT_EQ(out.limit.edition, in.limit.edition);
  EXPECT_EQ(out.limit.mark, in.limit.mark);
  EXPECT_DOUBLE_EQ(out.limit.middle.value(), in.limit.middle.value());
  EXPECT_EQ(out.limit.terms, in.limit.terms);
  EXPECT_EQ(out.verdict.decision, in.verdict.decision);
  EXPECT_EQ(out.verdict.basis.reasons, in.verdict.basis.reasons);
  ASSERT_EQ(out.edges.size(), in.edges.size());
  for (std::size_t i = 0; i < in.edges.size(); ++i) {
    EXPECT_EQ(out.edges[i].number, in.edges[i].number);
    EXPECT_EQ(out.edges[i].time, in.edges[i].time);
    EXPECT_EQ(out.edges[i].reference_count, in.edges[i].reference_count);
  }
  ASSERT_EQ(out.environment.size(), in.environment.size());
  for (std::size_t i = 0; i < in.environment.size(); ++i) {
    const EnvironmentRow &a = out.environment[i], &b = in.environment[i];
    EXPECT_EQ(std::tie(a.point_id, a.time_s, a.quantity, a.circuit, a.value),
              std::tie(b.point_id, b.time_s, b.quantity, b.circuit, b.value));
  }
  ASSERT_EQ(out.events.size(), in.events.size());
  for (std::size_t i = 0; i < in.events.size(); ++i) expect_equal(out.events[i], in.events[i]);
}

TEST(Ledger, KeepsWhatIsAbsentAbsentAndNeverMakesItZero) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  RunRecord run = sample::run();
  run.seed.reset();
  const std::string run_id = ledger.begin_run(run, {});
  PointRecord in;
  in.point_id = "001";
  in.position = "A";
  ledger.add_point(run_id, in);
  const PointRecord out = ledger.points(run_id).at(0);
  EXPECT_FALSE(out.error_percent);
  EXPECT_FALSE(out.duration_s);
  EXPECT_FALSE(out.reference_count);
  EXPECT_FALSE(out.budget);
  EXPECT_FALSE(out.limit.power_factor);
  EXPECT_EQ(out.connection, Connection{});
  EXPECT_EQ(out.result, "percent_error");
  EXPECT_EQ(out.label, "");
  EXPECT_EQ(out.waveform, "");
  EXPECT_TRUE(out.verdict.basis.verified());
  EXPECT_FALSE(ledger.find_run(run_id)->run.seed);
  EXPECT_EQ(ask(folder.ledger(), "SELECT error_percent IS NULL, u_percent IS NULL, k IS NULL FROM v_point"),
            "1|1|1");
}

TEST(Ledger, RefusesNumbersThatAreNone) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  PointRecord point = sample::point();
  point.error_percent = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ledger.add_point(run_id, point), LedgerError);
  point = sample::point();
  point.edges.back().reference_count = std::numeric_limits<double>::infinity();
  EXPECT_THROW(ledger.add_point(run_id, point), LedgerError);
  EXPECT_TRUE(ledger.points(run_id).empty()) << "a refused point leaves nothing behind";
  EXPECT_EQ(ledger.verify(), std::nullopt);
}

TEST(Ledger, WritesAllPointsOfACallOrNone) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  std::vector<PointRecord> points(3, sample::point());
  points[1].position = "B";
  points[2].position = "C";
  ledger.add_points(run_id, points);
  EXPECT_EQ(ledger.points(run_id).size(), 3U);
  EXPECT_EQ(ledger.points(run_id)[2].edges.size(), sample::point().edges.size());
  EXPECT_EQ(ledger.verify(), std::nullopt);
  for (PointRecord& p : points) p.attempt = 2;
  points[2].error_percent = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ledger.add_points(run_id, points), LedgerError);
  EXPECT_EQ(ledger.points(run_id).size(), 3U);
  EXPECT_EQ(ledger.verify(), std::nullopt);
}

TEST(Ledger, GivesTheSameRecordForPointsTogetherAndOneByOne) {
  const auto content = [](bool together) {
    const sample::Folder folder;
    Ledger ledger{folder.ledger(), Ledger::Mode::write};
    const std::string run_id = ledger.begin_run(sample::run(), {});
    const std::vector<PointRecord> points{sample::point("001"), sample::point("002")};
    if (together)
      ledger.add_points(run_id, points);
    else
      for (const PointRecord& p : points) ledger.add_point(run_id, p);
    return ledger.content_hash(run_id);
  };
  EXPECT_EQ(content(true), content(false));
}

TEST(Ledger, KeepsEveryAttemptAndComputationOnce) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  ledger.add_point(run_id, sample::point("001", 1));
  ledger.add_point(run_id, sample::point("001", 2));
  PointRecord recomputed = sample::point("001", 1);
  recomputed.computation = 1;
  ledger.add_point(run_id, recomputed);
  PointRecord elsewhere = sample::point("001", 1);
  elsewhere.position = "B";
  ledger.add_point(run_id, elsewhere);
  EXPECT_THROW(ledger.add_point(run_id, sample::point("001", 2)), LedgerError);
  EXPECT_EQ(ledger.points(run_id).size(), 4U);
}

TEST(Ledger, GivesEventsOfTheRunAndOfItsPointsInTheOrderOfWriting) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  ledger.add_event(run_id, sample::event());
  ledger.add_point(run_id, sample::point());
  const auto events = ledger.events(run_id);
  ASSERT_EQ(events.size(), 3U);
  expect_equal(events[0], sample::event());
  expect_equal(events[1], sample::point().events[0]);
  expect_equal(events[2], sample::point().events[1]);
}

TEST(Ledger, KeepsTheTablesOfAMeterByteForByte) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  ledger.add_event(ledger.begin_run(sample::run(), {}), sample::meter_event());  // of another run
  ledger.add_event(run_id, sample::event());
  ledger.add_point(run_id, sample::point());
  ledger.add_event(run_id, sample::meter_event());
  const auto events = ledger.events(run_id);
  ASSERT_EQ(events.size(), 4U);
  for (std::size_t n = 0; n < 3; ++n) EXPECT_TRUE(events[n].tables.empty()) << n;
  EXPECT_EQ(events[3].tables, sample::meter_event().tables);
  SQLite::Database database{folder.ledger().string()};
  SQLite::Statement view{database, "SELECT position, kind, number, bytes, sha256 FROM v_meter_table"};
  ASSERT_TRUE(view.executeStep());
  EXPECT_EQ(view.getColumn(0).getString(), "A");
  EXPECT_EQ(view.getColumn(1).getString(), "meter");
  EXPECT_EQ(view.getColumn(2).getInt(), 5);
  EXPECT_EQ(view.getColumn(3).getInt(), 3);
  // Computed elsewhere: sha256 of 55 00 FF.
  EXPECT_EQ(view.getColumn(4).getString(),
            "eb4b94766760054263c789131d0849302f5e1bc109e03f33d4255c241c4ec4c6");
}

TEST(Ledger, NamesEachRunByARandomUuid) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string first = ledger.begin_run(sample::run(), {});
  const std::string second = ledger.begin_run(sample::run(), {});
  EXPECT_NE(first, second);
  for (const auto& id : {first, second})
    EXPECT_THAT(id, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(Ledger, FindsARunByTheBeginningOfItsIdOrAsTheLast) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  EXPECT_FALSE(ledger.find_run("last"));
  std::vector<std::string> ids;
  for (int i = 0; i < 17; ++i) ids.push_back(ledger.begin_run(sample::run(), {}));  // two share a first digit
  EXPECT_EQ(ledger.find_run("last")->run.run_id, ids.back());
  EXPECT_EQ(ledger.find_run(ids[3].substr(0, 20))->run.run_id, ids[3]);
  EXPECT_FALSE(ledger.find_run("xyz"));
  EXPECT_FALSE(ledger.find_run(""));
  int ambiguous = 0;
  for (const std::string digit :
       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"}) {
    const auto matching =
        std::count_if(ids.begin(), ids.end(), [&](auto& id) { return id.starts_with(digit); });
    EXPECT_EQ(ledger.find_run(digit).has_value(), matching == 1);
    if (matching > 1) ++ambiguous;
  }
  EXPECT_GE(ambiguous, 1);
  EXPECT_EQ(ledger.runs().size(), 17U);
  EXPECT_EQ(ledger.runs().front().run.run_id, ids.front());
}

TEST(Ledger, FindsRunsByATagThatIsNoPartOfTheirContent) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  std::vector<std::string> ids;
  for (int n = 0; n < 3; ++n) {
    ids.push_back(ledger.begin_run(sample::run(), {}));
    ledger.end_run(ids.back(), 0, sample::utc("2025-06-02T09:00:00Z"));
  }
  ledger.tag_run(ids[0], "v5.34");
  ledger.tag_run(ids[2], "v5.34");
  ledger.tag_run(ids[2], "rc1");
  const auto tagged = ledger.runs_tagged("v5.34");
  ASSERT_EQ(tagged.size(), 2U);
  EXPECT_EQ(tagged[0].run.run_id, ids[0]);
  EXPECT_EQ(tagged[1].run.run_id, ids[2]);
  EXPECT_TRUE(ledger.runs_tagged("v5.3").empty());
  EXPECT_EQ(ledger.content_hash(ids[0]), ledger.content_hash(ids[1]));
  EXPECT_EQ(tagged[0].content_hash, ledger.content_hash(ids[0]));
  EXPECT_EQ(ledger.verify(), std::nullopt);
}

TEST(Ledger, FindsTheNewestUnfinishedRun) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const auto ended = [&](int exit_code) {
    const std::string id = ledger.begin_run(sample::run(), {});
    ledger.end_run(id, exit_code, sample::utc("2025-06-02T09:00:00Z"));
    return id;
  };
  ended(0);
  ended(1);
  EXPECT_FALSE(ledger.find_run("unfinished"));
  for (const int exit_code : {130, 3}) {
    const std::string id = ended(exit_code);
    ended(0);
    ASSERT_TRUE(ledger.find_run("unfinished"));
    EXPECT_EQ(ledger.find_run("unfinished")->run.run_id, id);
  }
  const std::string killed = ledger.begin_run(sample::run(), {});
  EXPECT_EQ(ledger.find_run("unfinished")->run.run_id, killed);
  ledger.end_run(killed, 130, sample::utc("2025-06-02T09:00:00Z"));
  ledger.end_run(killed, 0, sample::utc("2025-06-02T10:00:00Z"));
  EXPECT_NE(ledger.find_run("unfinished")->run.run_id, killed) << "resumed to its end";
}

TEST(Ledger, FindsTheRunsThatUsedAnInstrumentOrAMeter) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const UtcTime ever{};
  RunRecord later = sample::run();
  later.started += std::chrono::hours{24};
  auto others = sample::instruments();
  others[0].identity = "Meterbench,S12,7,1.0";
  const std::string first = ledger.begin_run(sample::run(), sample::instruments(), {});
  const std::string second = ledger.begin_run(later, sample::instruments(), sample::meters());
  const std::string third = ledger.begin_run(later, others, {});
  const auto used = [&](const std::string& serial, UtcTime since) {
    std::vector<std::string> ids;
    for (const RunSummary& s : ledger.runs_that_used(serial, since)) ids.push_back(s.run.run_id);
    return ids;
  };
  EXPECT_THAT(used("S1", ever), testing::ElementsAre(first, second)) << "S12 is another";
  EXPECT_THAT(used("S1", later.started), testing::ElementsAre(second));
  EXPECT_THAT(used("S-1", ever), testing::ElementsAre(second)) << "a meter";
  EXPECT_THAT(used("S", ever), testing::IsEmpty());
  EXPECT_THAT(used("C-7", ever), testing::ElementsAre(first, second, third)) << "a certificate";
}

TEST(Ledger, RefusesToWriteIntoARunThatIsNotThere) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  EXPECT_THROW(ledger.add_point("none", sample::point()), LedgerError);
  EXPECT_THROW(ledger.add_event("none", sample::event()), LedgerError);
  EXPECT_THROW(ledger.end_run("none", 0, {}), LedgerError);
  EXPECT_THROW(static_cast<void>(ledger.points("none")), LedgerError);
}

TEST(LedgerViews, HaveTheColumnsThatScriptsRelyOn) {
  const sample::Folder folder;
  { const Ledger ledger{folder.ledger(), Ledger::Mode::write}; }
  const auto columns = [&](const std::string& view) {
    return ask(folder.ledger(), "SELECT group_concat(name, ' ') FROM pragma_table_info('" + view + "')");
  };
  EXPECT_EQ(columns("v_run"),
            "run_id scenario station lab seed meter firmware started_utc ended_utc exit_code simulated "
            "content_hash check_kind");
  EXPECT_EQ(
      columns("v_point"),
      "run_id point_id position attempt temperature_c voltage_v current_a power_factor direction "
      "error_percent u_percent k decision basis limit_percent result circuit waveform step label service "
      "leg_1_voltage_ratio leg_2_current_ratio leg_2_power_factor leg_2_direction frequency_hz method "
      "pulses started_s ended_s");
  EXPECT_EQ(columns("v_meter"),
            "run_id position type manufacturer model hardware firmware serial_number device_id kt_wh "
            "state_sha256 void");
  EXPECT_EQ(columns("v_check"),
            "run_id check_kind station started_utc reference standard point_id position result voltage_v "
            "current_a power_factor direction error_percent u_percent limit_percent decision basis");
  EXPECT_EQ(columns("v_edge"), "run_id point_id position attempt edge time_s reference_count");
  EXPECT_THAT(columns("v_event"), HasSubstr("run_id point_id position"));
  EXPECT_THAT(columns("v_instrument"), HasSubstr("run_id role driver"));
  EXPECT_THAT(columns("v_environment"), HasSubstr("run_id point_id position"));
}

TEST(LedgerViews, ShowWhatWasRecorded) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), sample::instruments());
  ledger.add_point(run_id, sample::point());
  ledger.add_event(run_id, sample::event());
  ledger.end_run(run_id, 1, sample::utc("2025-06-02T09:00:00Z"));
  const auto shows = [&](const std::string& sql) { return ask(folder.ledger(), sql); };
  EXPECT_EQ(shows("SELECT scenario, started_utc, ended_utc, exit_code, simulated FROM v_run"),
            "load-performance|2025-06-02T08:00:00.125Z|2025-06-02T09:00:00.000Z|1|1");
  EXPECT_EQ(
      shows(
          "SELECT point_id, position, attempt, temperature_c, voltage_v, current_a, power_factor, direction, "
          "decision, basis, limit_percent FROM v_point"),
      "001|A|1|23.0|240.0|0.1|0.5 lag|received|inconclusive|unverified: certificate C-7 expired; limit is "
      "marked "
      "knowledge|0.6");
  // u_c² = 0.01² + 0.0025² + 0.004² = 1.2225e-4; nine degrees of 0.004 give 525 effective ones: k = 2.005.
  EXPECT_EQ(shows("SELECT round(u_percent / k, 6), round(k, 2) FROM v_point"), "0.011057|2.0");
  EXPECT_EQ(shows("SELECT edge, time_s, reference_count FROM v_edge LIMIT 1"), "7|30.0|1.5");
  EXPECT_EQ(shows("SELECT count(*) FROM v_edge"), "3");
  EXPECT_EQ(shows("SELECT attempt, kind FROM v_event WHERE attempt IS NULL"), "|fault");
  EXPECT_EQ(shows("SELECT attempt, kind FROM v_event WHERE attempt IS NOT NULL LIMIT 1"), "1|spread");
  EXPECT_EQ(shows("SELECT role, simulated FROM v_instrument"), "source|1|reference|0");
  EXPECT_EQ(shows("SELECT quantity, circuit, value FROM v_environment LIMIT 1"), "voltage_v|1|119.98");
}

TEST(LedgerViews, ShowTheLatestComputationOfAPoint) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  PointRecord point = sample::point();
  ledger.add_point(run_id, point);
  point.computation = 1;
  point.error_percent = 0.25;
  ledger.add_point(run_id, point);
  EXPECT_EQ(ask(folder.ledger(), "SELECT error_percent FROM v_point"), "0.25");
  EXPECT_EQ(ask(folder.ledger(), "SELECT count(*) FROM v_edge"), "3");
}

class LedgerEvents : public testing::Test {
 protected:
  LedgerEvents() {
    for (const char* position : {"A", "B"}) {
      PointRecord p = sample::point();
      p.position = position;
      p.verdict = {Decision::pass, {}};
      ledger_.add_point(run_id_, p);
    }
  }
  void make_void(const std::string& position, const std::string& text) {
    ledger_.add_event(run_id_, {"", position, 90, "void", text});
  }
  [[nodiscard]] std::string seen() const {
    return ask(folder_.ledger(), "SELECT decision, basis FROM v_point ORDER BY position");
  }
  /// The same by points().
  [[nodiscard]] std::string answered() const {
    std::string text;
    for (const PointRecord& p : ledger_.points(run_id_))
      text += std::string{text.empty() ? "" : "|"} + std::string{to_text(p.verdict.decision)} + "|" +
              p.verdict.basis.text();
    return text;
  }

  sample::Folder folder_;
  Ledger ledger_{folder_.ledger(), Ledger::Mode::write};
  std::string run_id_ = ledger_.begin_run(sample::run(), sample::instruments(), sample::meters());
};

TEST_F(LedgerEvents, TakeTheDecisionsOfTheirPositionAway) {
  make_void("B", "firmware differs");
  EXPECT_EQ(seen(), "pass|verified|inconclusive|unverified: void: firmware differs");
  EXPECT_EQ(answered(), seen());
  EXPECT_EQ(ask(folder_.ledger(), "SELECT position, void FROM v_meter"), "A||B|firmware differs");
}

TEST_F(LedgerEvents, OfTheWholeRunTakeAllDecisionsAway) {
  make_void("", "the reference was changed");
  EXPECT_EQ(seen(),
            "inconclusive|unverified: void: the reference was changed|inconclusive|unverified: void: the "
            "reference was changed");
  EXPECT_EQ(answered(), seen());
}

TEST_F(LedgerEvents, StandBeforeOtherReasonsInTheOrderOfWriting) {
  PointRecord p = sample::point("002");
  p.verdict = {Decision::fail, {{"certificate C-7 expired"}}};
  p.position = "B";
  ledger_.add_point(run_id_, p);
  make_void("B", "firmware differs");
  make_void("", "the run");
  EXPECT_THAT(seen(),
              HasSubstr("unverified: void: firmware differs; void: the run; certificate C-7 expired"));
  EXPECT_EQ(ledger_.points(run_id_).back().verdict.decision, Decision::inconclusive);
  EXPECT_EQ(ledger_.points(run_id_).back().verdict.basis.text(),
            "unverified: void: firmware differs; void: the run; certificate C-7 expired");
}

TEST_F(LedgerEvents, OfAnotherRunChangeNothing) {
  const std::string other = ledger_.begin_run(sample::run(), {});
  ledger_.add_event(other, {"", "", 90, "void", "another run"});
  EXPECT_EQ(seen(), "pass|verified|pass|verified");
  EXPECT_EQ(answered(), seen());
}

TEST_F(LedgerEvents, AsNoPassLeaveAFailStanding) {
  PointRecord failed = sample::point("002");
  failed.verdict = {Decision::fail, {}};
  failed.position = "B";
  ledger_.add_point(run_id_, failed);
  ledger_.add_event(run_id_, {"", "B", 90, "no_pass", "registers resolve 0.4 %"});
  EXPECT_EQ(ask(folder_.ledger(), "SELECT decision, basis FROM v_point ORDER BY position, point_id"),
            "pass|verified|inconclusive|unverified: no pass: registers resolve 0.4 %|fail|verified");
  EXPECT_EQ(answered(),
            "pass|verified|inconclusive|unverified: no pass: registers resolve 0.4 %|fail|verified");
}

TEST_F(LedgerEvents, AsDoubtsLeaveTheDecisionButNotItsBasis) {
  ledger_.add_event(run_id_, {"", "A", 90, "doubt", "identity not read after the run"});
  ledger_.add_event(run_id_, {"", "A", 91, "doubt", "identity not read after the run"});
  EXPECT_EQ(seen(), "pass|unverified: identity not read after the run|pass|verified");
  EXPECT_EQ(answered(), seen());
}

TEST_F(LedgerEvents, AreToldBeforeMissingPassesAndDoubts) {
  ledger_.add_event(run_id_, {"", "A", 90, "doubt", "silent"});
  ledger_.add_event(run_id_, {"", "A", 91, "no_pass", "coarse"});
  make_void("A", "LED and registers disagree");
  EXPECT_EQ(seen(),
            "inconclusive|unverified: void: LED and registers disagree; no pass: coarse; "
            "silent|pass|verified");
  EXPECT_EQ(answered(), seen());
}

TEST(LedgerChecks, AreTheLastAttemptsOfRunsThatCheckTheBench) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  RunRecord test_of_meters = sample::run();
  test_of_meters.check.clear();
  ledger.add_point(ledger.begin_run(test_of_meters, sample::instruments()), sample::point());
  const std::string run_id = ledger.begin_run(sample::run(), sample::instruments(), sample::meters());
  PointRecord p = sample::point("001", 1);
  p.error_percent = 0.5;
  ledger.add_point(run_id, p);
  p = sample::point("001", 2);
  p.verdict.decision = Decision::pass;
  ledger.add_point(run_id, p);
  EXPECT_THAT(ledger.checks("virtual-zera"), testing::IsEmpty());
  EXPECT_EQ(ledger.checks("").size(), 1U) << "of all stations";
  const auto checks = ledger.checks("virtual");
  ASSERT_EQ(checks.size(), 1U);
  const CheckRow& c = checks.front();
  EXPECT_EQ(c.run_id, run_id);
  EXPECT_EQ(c.check, "weekly");
  EXPECT_EQ(c.station, "virtual");
  EXPECT_EQ(c.started, sample::run().started);
  EXPECT_EQ(c.reference, sample::instruments()[1].identity);
  EXPECT_EQ(c.standard, "S-1");
  EXPECT_EQ(c.point_id, "001");
  EXPECT_EQ(c.position, "A");
  EXPECT_EQ(c.result, "deviation");
  EXPECT_EQ(c.voltage, p.voltage);
  EXPECT_EQ(c.current, p.current);
  EXPECT_EQ(c.power_factor, p.power_factor);
  EXPECT_EQ(c.direction, p.direction);
  EXPECT_EQ(c.error_percent, p.error_percent);
  EXPECT_EQ(c.u_percent, p.budget->expanded_percent());
  EXPECT_EQ(c.limit_percent, 0.6);
  EXPECT_EQ(c.decision, "pass");
}

TEST(LedgerDurability, ShowsEachPointToOtherConnectionsWhenTheCallReturns) {
  const sample::Folder folder;
  Ledger writer{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = writer.begin_run(sample::run(), {});
  const Ledger reader{folder.ledger(), Ledger::Mode::read};
  for (std::size_t i = 1; i <= 5; ++i) {
    writer.add_point(run_id, sample::point(std::to_string(i)));
    EXPECT_EQ(reader.points(run_id).size(), i);
  }
}

TEST(LedgerDurability, IsAWriteAheadLogInFullSynchronousMode) {
  const sample::Folder folder;
  const Ledger ledger{folder.ledger(), Ledger::Mode::write};
  EXPECT_EQ(ask(folder.ledger(), "PRAGMA journal_mode"), "wal");
}

TEST(LedgerDurability, KeepsEveryAcknowledgedPointWhenTheProcessIsKilled) {
  const sample::Folder folder;
  std::array<int, 2> acknowledged{};
  ASSERT_EQ(::pipe(acknowledged.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Ledger ledger{folder.ledger(), Ledger::Mode::write};
    const std::string run_id = ledger.begin_run(sample::run(), {});
    for (int i = 1;; ++i) {
      ledger.add_point(run_id, sample::point(std::to_string(i)));
      if (::write(acknowledged[1], "p", 1) != 1) ::_exit(1);
    }
  }
  ::close(acknowledged[1]);
  std::size_t count = 0;
  char mark = 0;
  while (count < 20 && ::read(acknowledged[0], &mark, 1) == 1) ++count;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(acknowledged[0], &mark, 1) == 1) ++count;  // acknowledged before it died
  ::close(acknowledged[0]);

  const Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const auto run = ledger.find_run("last");
  ASSERT_TRUE(run);
  EXPECT_GE(ledger.points(run->run.run_id).size(), count);
  EXPECT_GE(count, 20U);
  EXPECT_EQ(ledger.verify(), std::nullopt);
}

TEST(LedgerConcurrency, LetsTwoWritersTakeTurnsOnOneChain) {
  const sample::Folder folder;
  Ledger one{folder.ledger(), Ledger::Mode::write};
  Ledger two{folder.ledger(), Ledger::Mode::write};
  const std::string first = one.begin_run(sample::run(), {});
  const std::string second = two.begin_run(sample::run(), {});
  for (int i = 1; i <= 3; ++i) {
    one.add_point(first, sample::point(std::to_string(i)));
    two.add_point(second, sample::point(std::to_string(i)));
  }
  EXPECT_EQ(one.verify(), std::nullopt);
  EXPECT_EQ(two.points(first).size(), 3U);
}

TEST(LedgerOpening, NamesThePathAndTheReasonWhenThereIsNoLedger) {
  const sample::Folder folder;
  const auto path = folder.path() / "absent.sqlite";
  EXPECT_EQ(refusal(path, Ledger::Mode::read), path.string() + ": there is no such ledger");
  EXPECT_FALSE(std::filesystem::exists(path)) << "reading makes no file";
}

TEST(LedgerOpening, RefusesAFileThatIsNoDatabase) {
  const sample::Folder folder;
  std::ofstream{folder.ledger()} << std::string(4096, 'x');
  for (const auto mode : {Ledger::Mode::read, Ledger::Mode::write})
    EXPECT_EQ(refusal(folder.ledger(), mode), folder.ledger().string() + ": is not a SQLite database");
}

TEST(LedgerOpening, RefusesADatabaseOfAnotherProgram) {
  const sample::Folder folder;
  SQLite::Database{folder.ledger().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE recipes (name TEXT)");
  for (const auto mode : {Ledger::Mode::read, Ledger::Mode::write})
    EXPECT_THAT(refusal(folder.ledger(), mode), HasSubstr("is no Meterbench ledger"));
}

TEST(LedgerOpening, RefusesAnEmptyFileForReadingOnly) {
  const sample::Folder folder;
  std::ofstream{folder.ledger()};
  EXPECT_THAT(refusal(folder.ledger(), Ledger::Mode::read), HasSubstr("is no Meterbench ledger"));
  EXPECT_EQ(refusal(folder.ledger(), Ledger::Mode::write), "opened");
}

TEST(LedgerOpening, RefusesANewerSchema) {
  const sample::Folder folder;
  { const Ledger ledger{folder.ledger(), Ledger::Mode::write}; }
  SQLite::Database{folder.ledger().string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 99");
  for (const auto mode : {Ledger::Mode::read, Ledger::Mode::write})
    EXPECT_THAT(refusal(folder.ledger(), mode),
                HasSubstr("newer Meterbench (schema 99, this one knows up to 7)"));
}

TEST(LedgerOpening, ReportsADamagedFile) {
  const sample::Folder folder;
  std::string run_id;
  {
    Ledger ledger{folder.ledger(), Ledger::Mode::write};
    run_id = ledger.begin_run(sample::run(), {});
    for (int i = 0; i < 50; ++i) ledger.add_point(run_id, sample::point(std::to_string(i)));
  }
  const auto size = std::filesystem::file_size(folder.ledger());
  {
    std::fstream file{folder.ledger(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(8192);
    const std::string noise(size - 8192, '\xA5');
    file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  }
  const Ledger ledger{folder.ledger(), Ledger::Mode::read};
  try {
    const auto change = ledger.verify();
    ASSERT_TRUE(change);
    EXPECT_THAT(*change, HasSubstr("damaged"));
  } catch (const LedgerError& e) {
    EXPECT_THAT(e.what(), HasSubstr("is damaged"));
  }
  EXPECT_THROW(static_cast<void>(ledger.points(run_id)), LedgerError);
}

TEST(LedgerOpening, NeedsAFolderThatIsThere) {
  const sample::Folder folder;
  const auto path = folder.path() / "nowhere" / "test.sqlite";
  EXPECT_THAT(refusal(path, Ledger::Mode::write), HasSubstr(path.string() + ": cannot be opened"));
}

/// Gives up root's rights over files while it lives.
class AsNobody {
 public:
  AsNobody() : root_{::geteuid() == 0} {
    if (root_ && ::seteuid(65534) != 0) throw std::runtime_error{"cannot become nobody"};
  }
  ~AsNobody() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  bool root_;
};

TEST(LedgerOpening, ReadsButDoesNotWriteInAReadOnlyFolder) {
  namespace fs = std::filesystem;
  const sample::Folder folder;
  std::string run_id;
  {
    Ledger ledger{folder.ledger(), Ledger::Mode::write};
    run_id = ledger.begin_run(sample::run(), {});
    ledger.add_point(run_id, sample::point());
  }
  fs::permissions(folder.ledger(), static_cast<fs::perms>(0444));
  fs::permissions(folder.path(), static_cast<fs::perms>(0555));
  {
    const AsNobody nobody;
    EXPECT_THAT(refusal(folder.ledger(), Ledger::Mode::write), HasSubstr(folder.ledger().string()));
    EXPECT_THAT(refusal(folder.path() / "new.sqlite", Ledger::Mode::write), HasSubstr("cannot be opened"));
    const Ledger archive{folder.ledger(), Ledger::Mode::read};
    EXPECT_EQ(archive.points(run_id).size(), 1U);
    EXPECT_EQ(archive.verify(), std::nullopt);
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
}

/// Files may not grow beyond `bytes` while it lives.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST(LedgerWriting, LosesNothingThatWasAcknowledgedWhenTheDiskIsFull) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), {});
  std::size_t written = 0;
  std::string error;
  {
    const FullDisk full{200'000};
    try {
      for (; written < 1000; ++written) ledger.add_point(run_id, sample::point(std::to_string(written)));
    } catch (const LedgerError& e) {
      error = e.what();
    }
  }
  EXPECT_THAT(error, HasSubstr(folder.ledger().string()));
  EXPECT_GT(written, 0U);
  EXPECT_EQ(ledger.points(run_id).size(), written);
  EXPECT_EQ(ledger.verify(), std::nullopt);
  // Room again: the run goes on.
  ledger.add_point(run_id, sample::point("after"));
  EXPECT_EQ(ledger.points(run_id).size(), written + 1);
}

}  // namespace
}  // namespace meterbench
