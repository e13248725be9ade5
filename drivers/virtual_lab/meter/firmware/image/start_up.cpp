// Reset, faults and sleep of an image on QEMU's machine mps2-an386 (Cortex-M4). Interrupts stay masked: one
// that is pending ends a sleep and nothing more.
#include "drivers/virtual_lab/meter/firmware/image/start_up.h"

extern "C" {
extern std::uint32_t data_image[], data_begin[], data_end[], bss_begin[], bss_end[], stack_top[];
int main();
void reset();
void fault();
}

namespace meterbench::firmware {

namespace {

std::uint32_t look_at(std::uint32_t address) { return *reinterpret_cast<std::uint32_t volatile*>(address); }
void set(std::uint32_t address, std::uint32_t value) {
  *reinterpret_cast<std::uint32_t volatile*>(address) = value;
}

constexpr std::uint32_t kBoardAddress = 0x21000000;
constexpr std::uint32_t kCoprocessorAccess = 0xE000ED88;
constexpr std::uint32_t kInterruptEnable = 0xE000E100, kInterruptUnpend = 0xE000E280;

/// UART 0, over which the host wakes a sleeper with a byte of any value.
namespace waker {
constexpr std::uint32_t kData = 0x40004000, kState = 0x40004004, kControl = 0x40004008,
                        kInterrupt = 0x4000400C, kBaudDivisor = 0x40004010;
constexpr std::uint32_t kReceived = 1U << 1U;  // of kState and kInterrupt
constexpr std::uint32_t kReceiveWithInterrupt = 1U << 1U | 1U << 3U;
constexpr std::uint32_t kNumber = 1U << 0U;  // of its interrupt
}  // namespace waker

/// Looks before it sleeps: a host that answers at once is not made to wake it, some tens of microseconds of
/// the machine's time.
constexpr std::uint32_t kLooks = 2000;

bool is_wanted(Board& board) {
  return shared(board.doorbell) != board.answered || shared(board.run_until) != board.samples.read;
}

/// In this order a byte that comes in the middle ends the next sleep at once: none is lost.
void doze() {
  asm volatile("wfi" ::: "memory");
  set(kInterruptUnpend, waker::kNumber);
  set(waker::kInterrupt, waker::kReceived);
  while ((look_at(waker::kState) & waker::kReceived) != 0) static_cast<void>(look_at(waker::kData));
}

}  // namespace

Board& machine_board() { return *reinterpret_cast<Board*>(kBoardAddress); }

void wait_for_host(Board& board) {
  for (std::uint32_t looks = 0; looks < kLooks; ++looks)
    if (is_wanted(board)) return;
  share(board.asleep, 1);
  static_cast<void>(look_at(waker::kState));  // the emulator lets no later look pass an access to a device
  while (!is_wanted(board)) doze();
  share(board.asleep, 0);
}

}  // namespace meterbench::firmware

using namespace meterbench::firmware;

void reset() {
  asm volatile("cpsid i");
  set(kCoprocessorAccess, look_at(kCoprocessorAccess) | 0xFU << 20U);  // the FPU
  const std::uint32_t* from = data_image;
  for (std::uint32_t* to = data_begin; to != data_end;) *to++ = *from++;
  for (std::uint32_t* to = bss_begin; to != bss_end;) *to++ = 0;
  set(waker::kBaudDivisor, 16);  // the least
  set(waker::kControl, waker::kReceiveWithInterrupt);
  static_cast<void>(look_at(waker::kData));  // the emulator begins to listen with this
  set(kInterruptEnable, waker::kNumber);
  main();
  for (;;) asm volatile("wfi");
}

/// Tells the host where it happened: the processor has put the address on the stack.
extern "C" void tell_fault(const std::uint32_t* frame) {
  Board& board = machine_board();
  board.fault_address = frame[6];
  share(board.fault_word, board.fault_word | kFaultException);
  for (;;) asm volatile("wfi");
}

[[gnu::naked]] void fault() { asm volatile("mrs r0, msp\n b tell_fault"); }

/// Initial stack, reset, and the exceptions up to number 15.
[[gnu::section(".vectors"), gnu::used]] void (*const vectors[16])() = {
    reinterpret_cast<void (*)()>(stack_top), reset, fault, fault, fault, fault, fault};
