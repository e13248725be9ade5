#include "bench/core/shared_program.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>

namespace meterbench {
namespace {

using namespace std::chrono_literals;

/// A shell that does `script` with the ends in its variables MEMORY, WAKE and CONTROL.
SharedProgram shell(const SharedMemory& memory, const std::string& script) {
  return SharedProgram{memory, [&](const SharedProgram::Ends& ends) -> std::vector<std::string> {
                         return {"bash", "-c",
                                 "MEMORY=" + ends.memory + " WAKE=" + std::to_string(ends.wake) +
                                     " CONTROL=" + std::to_string(ends.control) + "\n" + script};
                       }};
}

TEST(SharedProgram, WritesWhereWeRead) {
  const SharedMemory memory{4096};
  SharedProgram program = shell(memory, "printf x 1<>$MEMORY; sleep 60");
  const auto written = [&] { return std::atomic_ref{*static_cast<char*>(memory.data())}.load() == 'x'; };
  EXPECT_EQ(program.wait(written, 20s), SharedProgram::Waited::done);
}

TEST(SharedProgram, IsWokenByABytePerWake) {
  const SharedMemory memory{4096};
  SharedProgram program = shell(memory, "head -c 2 <&$WAKE >/dev/null; printf x 1<>$MEMORY; sleep 60");
  const auto written = [&] { return std::atomic_ref{*static_cast<char*>(memory.data())}.load() == 'x'; };
  program.wake();
  EXPECT_EQ(program.wait(written, 200ms), SharedProgram::Waited::too_long);
  program.wake();
  EXPECT_EQ(program.wait(written, 20s), SharedProgram::Waited::done);
}

TEST(SharedProgram, TellsThatItHasEndedAndWhatItSaidLast) {
  const SharedMemory memory{4096};
  SharedProgram program = shell(memory, "echo 'out of paper' >&2; exit 5");
  EXPECT_EQ(program.wait([] { return false; }, 20s), SharedProgram::Waited::ended);
  EXPECT_EQ(program.exit_code(), 5);
  EXPECT_EQ(program.last_words(), "out of paper\n");
}

TEST(SharedProgram, AnswersByLines) {
  const SharedMemory memory{4096};
  SharedProgram program =
      shell(memory, "while read -r line <&$CONTROL; do echo \"$line yourself\" >&$CONTROL; done");
  EXPECT_EQ(program.ask("you\n", 20s), "you yourself");
  EXPECT_EQ(program.ask("", 100ms), std::nullopt);
  EXPECT_EQ(program.ask("they\n", 20s), "they yourself");
}

TEST(SharedProgram, DoesNotOutliveItsObject) {
  const SharedMemory memory{4096};
  pid_t id = 0;
  {
    SharedProgram program = shell(memory, "exec sleep 600");
    id = program.id();
    EXPECT_EQ(::kill(id, 0), 0);
  }
  EXPECT_EQ(::kill(id, 0), -1);
}

TEST(SharedProgram, DoesNotOutliveWhoStartedItEvenWhenThatOneIsKilled) {
  std::array<int, 2> told{};
  ASSERT_EQ(::pipe(told.data()), 0);
  const pid_t starter = ::fork();
  if (starter == 0) {
    const SharedMemory memory{4096};
    const SharedProgram program = shell(memory, "exec sleep 600");
    const pid_t id = program.id();
    (void)!::write(told[1], &id, sizeof id);
    ::pause();
  }
  pid_t id = 0;
  ASSERT_EQ(::read(told[0], &id, sizeof id), static_cast<ssize_t>(sizeof id));
  ::kill(starter, SIGKILL);
  ::waitpid(starter, nullptr, 0);
  // Gone, or left to whoever collects orphans.
  const SharedMemory memory{4096};
  SharedProgram watcher =
      shell(memory, "while kill -0 " + std::to_string(id) + " 2>/dev/null && ! grep -q ') Z' /proc/" +
                        std::to_string(id) + "/stat; do sleep 0.01; done; printf x 1<>$MEMORY; sleep 60");
  const auto written = [&] { return std::atomic_ref{*static_cast<char*>(memory.data())}.load() == 'x'; };
  EXPECT_EQ(watcher.wait(written, 20s), SharedProgram::Waited::done);
  ::close(told[0]);
  ::close(told[1]);
}

TEST(SharedProgram, CannotBeWhatIsNotThere) {
  const SharedMemory memory{4096};
  EXPECT_THROW(
      SharedProgram(memory, [](const auto&) -> std::vector<std::string> { return {"no-such-program"}; }),
      std::system_error);
}

}  // namespace
}  // namespace meterbench
