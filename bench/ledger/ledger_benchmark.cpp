// What a durable point costs, beside the least that SQLite can do: one row in one commit.
#include <SQLiteCpp/SQLiteCpp.h>
#include <benchmark/benchmark.h>

#include "bench/ledger/ledger.h"
#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

/// A point as a sweep has it: 60 intervals, eight components, four quantities a second for half a minute.
PointRecord typical_point() {
  PointRecord point = sample::point();
  point.edges.clear();
  for (std::uint64_t i = 0; i <= 60; ++i)
    point.edges.push_back(
        {i, instant_at(30 + 0.3 * static_cast<double>(i)), 1e5 * static_cast<double>(i) / 3});
  point.budget->components.resize(8, point.budget->components.back());
  point.environment.resize(120, point.environment.back());
  return point;
}

void bare_commit_of_one_row(benchmark::State& state) {
  const sample::Folder folder;
  SQLite::Database database{folder.ledger().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  static_cast<void>(database.execAndGet("PRAGMA journal_mode = WAL").getString());
  database.exec("PRAGMA synchronous = FULL; CREATE TABLE t (x REAL)");
  SQLite::Statement insert{database, "INSERT INTO t VALUES (1.5)"};
  for ([[maybe_unused]] auto _ : state) {
    insert.exec();
    insert.reset();
  }
}
BENCHMARK(bare_commit_of_one_row)->Unit(benchmark::kMicrosecond)->MinTime(1)->UseRealTime();

void add_point(benchmark::State& state) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), sample::instruments());
  PointRecord point = typical_point();
  for ([[maybe_unused]] auto _ : state) {
    ++point.attempt;
    ledger.add_point(run_id, point);
  }
}
BENCHMARK(add_point)->Unit(benchmark::kMicrosecond)->MinTime(1)->UseRealTime();

/// One point of a full bench in one transaction; told per position.
void add_points_of_40_positions(benchmark::State& state) {
  constexpr int kPositions = 40;
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), sample::instruments());
  std::vector<PointRecord> points(kPositions, typical_point());
  for (int i = 0; i < kPositions; ++i) points[static_cast<std::size_t>(i)].position = std::to_string(i + 1);
  for ([[maybe_unused]] auto _ : state) {
    for (PointRecord& point : points) ++point.attempt;
    ledger.add_points(run_id, points);
  }
  state.counters["per_position"] = benchmark::Counter(
      kPositions, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(add_points_of_40_positions)->Unit(benchmark::kMicrosecond)->MinTime(1)->UseRealTime();

void verify(benchmark::State& state) {
  const sample::Folder folder;
  Ledger ledger{folder.ledger(), Ledger::Mode::write};
  const std::string run_id = ledger.begin_run(sample::run(), sample::instruments());
  PointRecord point = typical_point();
  for (; point.attempt <= state.range(0); ++point.attempt) ledger.add_point(run_id, point);
  for ([[maybe_unused]] auto _ : state) {
    const bool whole = !ledger.verify();
    if (!whole) state.SkipWithError("changed");
  }
}
BENCHMARK(verify)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace meterbench
