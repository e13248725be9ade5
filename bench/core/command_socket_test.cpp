#include "bench/core/command_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;

class CommandSocketTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<CommandSocket> listen() {
    return std::make_unique<CommandSocket>(path_,
                                           [this](const std::string& command, const std::string& user) {
                                             ++asked_;
                                             return "heard " + command + " of " + user;
                                           });
  }
  [[nodiscard]] std::string refusal() {
    try {
      static_cast<void>(listen());
    } catch (const CommandSocket::Unavailable& e) {
      return e.what();
    }
    return "none";
  }
  /// A connection that says nothing by itself.
  [[nodiscard]] int connected() const {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return socket;
  }
  [[nodiscard]] static std::string own_name() { return ::getpwuid(::getuid())->pw_name; }

  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "control";
  std::atomic<int> asked_ = 0;
};

TEST_F(CommandSocketTest, AnswersALineWithALineAndKnowsWhoAsks) {
  const auto socket = listen();
  EXPECT_EQ(ask_command_socket(path_, "pause"), "heard pause of " + own_name());
  EXPECT_EQ(ask_command_socket(path_, "continue"), "heard continue of " + own_name());
}

TEST_F(CommandSocketTest, IsForItsOwnerAlone) {
  const auto socket = listen();
  struct stat seen {};
  ASSERT_EQ(::stat(path_.c_str(), &seen), 0);
  EXPECT_TRUE(S_ISSOCK(seen.st_mode));
  EXPECT_EQ(seen.st_mode & 0777U, 0600U);
}

TEST_F(CommandSocketTest, IsGoneWithItsObject) {
  listen().reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
  const auto answer = ask_command_socket(path_, "status");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::disconnected);
}

TEST_F(CommandSocketTest, ReplacesWhatAKilledProgramHasLeft) {
  const int left = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(left, 1), 0);
  ::close(left);
  ASSERT_TRUE(std::filesystem::exists(path_));
  const auto socket = listen();
  EXPECT_TRUE(ask_command_socket(path_, "status"));
}

TEST_F(CommandSocketTest, LeavesALiveOneAloneAndNamesIt) {
  const auto socket = listen();
  EXPECT_EQ(refusal(), path_.string() + ": another program listens there");
  EXPECT_TRUE(ask_command_socket(path_, "status")) << "the first still answers";
}

TEST_F(CommandSocketTest, LeavesAnyOtherFileAlone) {
  std::ofstream{path_} << "notes";
  EXPECT_THAT(refusal(), HasSubstr("no socket"));
  std::string text;
  std::ifstream{path_} >> text;
  EXPECT_EQ(text, "notes");
}

TEST_F(CommandSocketTest, TellsThatAFolderIsNotThere) {
  path_ = folder_.path() / "nowhere" / "control";
  EXPECT_THAT(refusal(), HasSubstr(path_.string() + ": No such file"));
}

TEST_F(CommandSocketTest, TakesAPathLongerThanASocketsAddress) {
  std::filesystem::path deep = folder_.path();
  for (int i = 0; i < 10; ++i) deep /= "a folder of a rather long name";
  std::filesystem::create_directories(deep);
  path_ = deep / "control";
  const auto socket = listen();
  EXPECT_TRUE(ask_command_socket(path_, "status"));
}

TEST_F(CommandSocketTest, ACommandThatNeverEndsIsNoCommand) {
  const auto socket = listen();
  const int endless = connected();
  const std::string much(1000, 'x');
  ASSERT_EQ(::send(endless, much.data(), much.size(), MSG_NOSIGNAL), 1000);
  char byte = 0;
  EXPECT_LE(::recv(endless, &byte, 1, 0), 0) << "it is hung up";
  ::close(endless);
  EXPECT_EQ(asked_, 0);
  EXPECT_TRUE(ask_command_socket(path_, "status"));
}

TEST_F(CommandSocketTest, SomebodyWhoLeavesWithoutAWordIsForgotten) {
  const auto socket = listen();
  ::close(connected());
  EXPECT_TRUE(ask_command_socket(path_, "status"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(CommandSocketTest, EndsAtOnceThoughSomebodyIsConnectedAndSilent) {
  auto socket = listen();
  const int silent = connected();
  const auto begin = std::chrono::steady_clock::now();
  socket.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{1});
  ::close(silent);
}

}  // namespace
}  // namespace meterbench
