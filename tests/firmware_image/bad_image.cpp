// Firmwares that no bench should have to live with, one at a time: -DWRONG=….
#include "drivers/virtual_lab/meter/firmware/image/start_up.h"

namespace {

using namespace meterbench::firmware;

enum class Wrong {
  reads_nowhere,         // from the first sample 20,000 on: the start-up's handler tells
  handles_it_by_itself,  // the same, with a handler of its own, which waits for ever
  has_no_handler,        // the same: the processor locks up
  stops,                 // takes no more samples from then on
  never_takes,           // not a single one
  never_begins,
  of_another_version,
  resets_itself,        // from then on again and again
  hangs_with_watchdog,  // after every reset but by its watchdog
  always_hangs_with_watchdog,
  resets_at_once,
  hangs_behind_a_far_watchdog,
  tells_an_old_wake,  // the rest goes on, and lies on the board
  floods_a_ring,
  writes_beyond_the_eeprom,
  blinks_in_the_past,
  blinks_far_ahead,
};
constexpr Wrong kWrong = Wrong::WRONG;
constexpr std::uint32_t kFrom = 20'000;

void set(std::uint32_t address, std::uint32_t value) {
  *reinterpret_cast<std::uint32_t volatile*>(address) = value;
}

constexpr std::uint32_t kVectorTable = 0xE000ED08, kResetControl = 0xE000ED0C;

extern "C" void handler_that_waits() {
  for (;;) asm volatile("nop");
}
using Handler = void (*)();
alignas(128) Handler own_vectors[16];

[[gnu::noinline]] void divide_the_sky() {
  set(0xA0000000, 1);
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void think_it_over() {
  for (;;) asm volatile("nop");
}

void go_wrong(Board& board) {
  if (kWrong == Wrong::reads_nowhere) divide_the_sky();
  if (kWrong == Wrong::handles_it_by_itself || kWrong == Wrong::has_no_handler) {
    for (Handler& each : own_vectors)
      each = kWrong == Wrong::handles_it_by_itself ? handler_that_waits : nullptr;
    set(kVectorTable, reinterpret_cast<std::uint32_t>(own_vectors));
    divide_the_sky();
  }
  if (kWrong == Wrong::stops) think_it_over();
  if (kWrong == Wrong::resets_itself) {
    set(kResetControl, 0x05FA0004);
    think_it_over();
  }
  if (kWrong == Wrong::floods_a_ring) board.uart_out.written = 0xFFFF'FFF0;
  if (kWrong == Wrong::writes_beyond_the_eeprom)
    static_cast<void>(push(board.eeprom_writes, EepromWrite{0, 4096, 1}));
  if (kWrong == Wrong::blinks_in_the_past) static_cast<void>(push(board.led_edges, LedEdge{1, 0, 1}));
  if (kWrong == Wrong::blinks_far_ahead)
    static_cast<void>(push(board.led_edges, LedEdge{std::uint64_t{1} << 62U, 0, 1}));
  if (kWrong == Wrong::hangs_behind_a_far_watchdog) think_it_over();
  const bool cured = board.reset_cause == static_cast<std::uint32_t>(ResetCause::watchdog);
  if (kWrong == Wrong::hangs_with_watchdog && !cured) think_it_over();
  if (kWrong == Wrong::always_hangs_with_watchdog) think_it_over();
}

}  // namespace

int main() {
  Board& board = machine_board();
  if (kWrong == Wrong::never_begins) think_it_over();
  share(board.built_for, kWrong == Wrong::of_another_version ? 7 : kBoardVersion);
  if (kWrong == Wrong::resets_at_once) set(kResetControl, 0x05FA0004);
  const bool has_watchdog =
      kWrong == Wrong::hangs_with_watchdog || kWrong == Wrong::always_hangs_with_watchdog;
  for (;; wait_for_host(board)) {
    if (kWrong == Wrong::never_takes && shared(board.run_until) != 0) think_it_over();
    const std::uint32_t bell = shared(board.doorbell), end = shared(board.run_until);
    if (end >= kFrom) go_wrong(board);
    if (kWrong == Wrong::tells_an_old_wake) board.port_wake = end == 0 ? 1 : end;
    if (kWrong == Wrong::hangs_behind_a_far_watchdog) board.watchdog = kNever - 1;
    if (has_watchdog) board.watchdog = end + 2 * kSampleRate;
    share(board.samples.read, end);
    share(board.answered, bell);
  }
}
