#include "drivers/virtual_lab/host/urb_exchange.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace meterbench::virtual_lab {
namespace {

using Kind = UsbJob::Kind;

class Exchange : public testing::Test {
 protected:
  UsbJob job(Kind kind, std::uint64_t address, std::uint8_t endpoint = 0x82, const void* program = "a") {
    UsbJob made{.kind = kind,
                .program = program,
                .address = address,
                .setup = {},
                .endpoint = endpoint,
                .data = {},
                .memory = {}};
    return made;
  }
  const char* const program_ = "a";
  int woken_ = 0;
  bool ready_ = false;
  UrbExchange exchange_{[this] { ++woken_; }, [this](bool ready) { ready_ = ready; }};

  void submit(Kind kind, std::uint64_t address, std::uint8_t endpoint = 0x82) {
    UsbJob made = job(kind, address, endpoint);
    made.program = program_;
    exchange_.submit(std::move(made));
  }
};

TEST_F(Exchange, WakesTheDeviceForEachJobAndHandsThemOverInOrder) {
  submit(Kind::control, 1);
  submit(Kind::out, 2);
  EXPECT_EQ(woken_, 2);
  EXPECT_EQ(exchange_.take_new()->address, 1U);
  EXPECT_EQ(exchange_.take_new()->address, 2U);
  EXPECT_EQ(exchange_.take_new(), nullptr);
}

TEST_F(Exchange, HasSomethingToReapOnceAJobIsDone) {
  submit(Kind::control, 1);
  UsbJob* const taken = exchange_.take_new();
  EXPECT_FALSE(ready_);
  EXPECT_FALSE(exchange_.reap(program_));
  exchange_.finish(taken, 0, to_bytes("answer"));
  EXPECT_TRUE(ready_);
  EXPECT_FALSE(exchange_.reap("another program"));
  const auto reaped = exchange_.reap(program_);
  ASSERT_TRUE(reaped);
  EXPECT_EQ(to_string(reaped->data), "answer");
  EXPECT_FALSE(ready_);
}

TEST_F(Exchange, LetsTransfersWaitAtTheirEndpoint) {
  submit(Kind::in, 1, 0x82);
  submit(Kind::in, 2, 0x83);
  exchange_.leave(exchange_.take_new());
  exchange_.leave(exchange_.take_new());
  EXPECT_EQ(exchange_.take_waiting({0x82})->address, 2U);
  EXPECT_EQ(exchange_.take_waiting({})->address, 1U) << "what is held is not handed out again";
  EXPECT_EQ(exchange_.take_waiting({}), nullptr);
}

TEST_F(Exchange, CancelsAWaitingTransferAtOnce) {
  submit(Kind::in, 1);
  EXPECT_TRUE(exchange_.discard(program_, 1));
  EXPECT_EQ(exchange_.reap(program_)->status, -ENOENT);
  EXPECT_EQ(exchange_.take_new(), nullptr);
  EXPECT_FALSE(exchange_.discard(program_, 1)) << "it is done";
}

TEST_F(Exchange, CancelsATransferThatTheDeviceHoldsWhenItLetsGo) {
  submit(Kind::in, 1);
  UsbJob* const held = exchange_.take_new();
  EXPECT_TRUE(exchange_.discard(program_, 1));
  EXPECT_FALSE(exchange_.reap(program_));
  exchange_.leave(held);
  EXPECT_EQ(exchange_.reap(program_)->status, -ENOENT);
}

TEST_F(Exchange, LosesNoDataOfATransferThatIsCancelledWhileItIsServed) {
  submit(Kind::in, 1);
  UsbJob* const held = exchange_.take_new();
  EXPECT_TRUE(exchange_.discard(program_, 1));
  exchange_.finish(held, 0, to_bytes("data"));
  EXPECT_EQ(to_string(exchange_.reap(program_)->data), "data");
}

TEST_F(Exchange, ForgetsWhatAProgramThatIsGoneHasAsked) {
  submit(Kind::in, 1);
  submit(Kind::in, 2);
  UsbJob* const held = exchange_.take_new();
  exchange_.forget(program_);
  exchange_.finish(held, 0, to_bytes("data"));
  EXPECT_FALSE(exchange_.reap(program_));
  EXPECT_EQ(exchange_.take_new(), nullptr);
  EXPECT_FALSE(ready_);
}

TEST_F(Exchange, EndsAllAsShutDownWhenTheDeviceIsUnplugged) {
  submit(Kind::in, 1);
  submit(Kind::closed, 0);
  exchange_.unplug();
  EXPECT_TRUE(exchange_.unplugged());
  EXPECT_EQ(exchange_.reap(program_)->status, -ESHUTDOWN);
  EXPECT_FALSE(exchange_.reap(program_));
  EXPECT_TRUE(ready_) << "so that each program asks and is told";
  submit(Kind::in, 2);
  EXPECT_EQ(exchange_.take_new(), nullptr);
}

}  // namespace
}  // namespace meterbench::virtual_lab
