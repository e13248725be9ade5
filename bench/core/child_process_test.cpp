#include "bench/core/child_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <optional>
#include <system_error>

#include "bench/core/real_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;

class ChildProcessTest : public testing::Test {
 protected:
  ChildProcess run(const std::string& script, const Environment& more = {}) {
    return {reactor_, {"sh", "-c", script}, more, [this](int code) { code_ = code; }};
  }
  void wait() {
    reactor_.run_until([this] { return code_.has_value(); }, reactor_.now() + 10s);
  }
  StopSignal stop_;
  RealReactor reactor_{stop_};
  std::optional<int> code_;
};

TEST_F(ChildProcessTest, TellsTheExitCode) {
  const auto child = run("exit 42");
  wait();
  EXPECT_EQ(code_, 42);
}

TEST_F(ChildProcessTest, TellsASignalAsAShellDoes) {
  auto child = run("exec sleep 60");
  child.terminate();
  wait();
  EXPECT_EQ(code_, 128 + SIGTERM);
  child.terminate();
}

TEST_F(ChildProcessTest, AddsToTheEnvironment) {
  const auto child =
      run("test \"$ADDED $HOME $PATH\" = \"a b /nowhere $PATH\"", {{"ADDED", "a b"}, {"HOME", "/nowhere"}});
  wait();
  EXPECT_EQ(code_, 0);
}

TEST_F(ChildProcessTest, HasTheUsualSignalsOfAProgram) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto child = run("kill -PIPE $$; exit 1");
  wait();
  EXPECT_EQ(code_, 128 + SIGPIPE);
}

TEST_F(ChildProcessTest, FailsAtOnceWhereThereIsNoSuchProgram) {
  try {
    const ChildProcess child{reactor_, {"no-such-program"}, {}, [](int) { FAIL(); }};
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string{error.what()}.find("no-such-program"), std::string::npos);
  }
}

TEST_F(ChildProcessTest, DoesNotOutliveItsOwner) {
  const Instant begin = reactor_.now();
  { const auto child = run("trap '' TERM; exec sleep 60"); }
  EXPECT_LT(reactor_.now() - begin, 10s);
  EXPECT_FALSE(code_);
}

}  // namespace
}  // namespace meterbench
