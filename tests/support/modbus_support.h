// For tests of Modbus drivers, without a library in between: a link that hands each request to a far end in
// the same process, and a far end that knows its part by heart.
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/far_end/modbus_far_end.h"
#include "drivers/link/modbus_link.h"
#include "drivers/link/modbus_pdu.h"
#include "drivers/link/request_queue.h"

namespace meterbench {

/// `03 0A DE`
[[nodiscard]] inline Bytes bytes_of_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    unsigned byte = 0;
    std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
    bytes.push_back(static_cast<std::uint8_t>(byte));
  }
  return bytes;
}

/// Each request must come as written, in order, and is answered as written. What was left unsaid at the end,
/// or said otherwise, fails the test.
class ScriptedModbusFarEnd final : public ModbusFarEnd {
 public:
  struct Exchange {
    std::string request;  ///< PDU in hex
    std::string reply;    ///< empty: no answer
    Duration delay{};
    ModbusMishap mishap = ModbusMishap::none;
  };
  using Script = std::vector<Exchange>;

  explicit ScriptedModbusFarEnd(Script script) : script_{std::move(script)} {}
  ScriptedModbusFarEnd(const ScriptedModbusFarEnd&) = delete;
  ScriptedModbusFarEnd& operator=(const ScriptedModbusFarEnd&) = delete;
  ~ScriptedModbusFarEnd() override {
    for (std::size_t i = spoken_; i < script_.size(); ++i)
      ADD_FAILURE() << "left unsaid: " << script_[i].request;
  }

  [[nodiscard]] int openings() const { return openings_; }
  [[nodiscard]] std::size_t spoken() const { return spoken_; }
  /// When each request came.
  [[nodiscard]] const std::vector<Instant>& times() const { return times_; }

  void opened(Instant) override { ++openings_; }
  std::optional<Reply> on_request(Instant now, std::uint8_t, ByteView pdu) override {
    times_.push_back(now);
    if (spoken_ == script_.size() ||
        bytes_of_hex(script_[spoken_].request) != Bytes(pdu.begin(), pdu.end())) {
      ADD_FAILURE() << "request " << spoken_ + 1 << ": expected "
                    << (spoken_ == script_.size() ? "nothing more" : script_[spoken_].request) << ", came "
                    << hex_text(pdu);
      return std::nullopt;
    }
    const Exchange& exchange = script_[spoken_++];
    if (exchange.reply.empty()) return std::nullopt;
    return Reply{now + exchange.delay, bytes_of_hex(exchange.reply), exchange.mishap};
  }
  void closed(Instant) override {}

 private:
  Script script_;
  std::size_t spoken_ = 0;
  int openings_ = 0;
  std::vector<Instant> times_;
};

/// Hands requests to `far_end`, one after the other, in no time but what the far end takes. Can be broken.
class DirectModbusLink final : public ModbusLink {
 public:
  DirectModbusLink(Reactor& reactor, std::string device, ModbusFarEnd& far_end, std::uint8_t unit = 1)
      : ModbusLink{reactor, std::move(device)},
        far_end_{far_end},
        unit_{unit},
        queue_{this->reactor(),
               this->device(),
               {[this](const Request& request) { send(request); }, [this] { shut(); },
                [] { return std::string{"no answer"}; }}} {}
  ~DirectModbusLink() override { close(); }

  /// The far end is gone once it has received `requests` more requests, before it can answer the last.
  void break_after(std::size_t requests) { left_ = requests; }
  /// While `absent`, nobody is there to be connected to.
  void set_absent(bool absent) { absent_ = absent; }

  [[nodiscard]] bool is_open() const override { return session_ != nullptr; }
  [[nodiscard]] Result<void> open() override {
    if (is_open()) return {};
    if (absent_) return fault(Errc::disconnected, device(), "open", "nobody is there");
    session_ = std::make_shared<bool>(true);
    far_end_.opened(reactor().now());
    return {};
  }
  void close() override { queue_.drop("the link was closed"); }
  void start(Request request, Done<std::vector<std::uint16_t>> done) override {
    if (!is_open()) return done(fault(Errc::disconnected, device(), request.text, "the link is closed"));
    queue_.push(std::move(request), std::move(done));
  }

 private:
  void later(Instant when, std::function<void()> action) {
    reactor().at(when, [session = std::weak_ptr{session_}, action = std::move(action)] {
      if (!session.expired()) action();
    });
  }
  void send(const Request& request) {
    const auto reply = far_end_.on_request(reactor().now(), unit_, request_pdu(request));
    if (left_ && --*left_ == 0) {
      left_.reset();
      return later(reactor().now(), [this] { queue_.fail(Errc::disconnected, "connection reset by peer"); });
    }
    if (!reply || reply->mishap == ModbusMishap::cut_short) return;
    later(reply->due, [this, answer = *reply] { take(answer); });
  }
  void take(const ModbusFarEnd::Reply& answer) {
    if (answer.mishap == ModbusMishap::reset)
      return queue_.fail(Errc::disconnected, "connection reset by peer");
    if (answer.mishap != ModbusMishap::none)
      return queue_.fail(Errc::garbled, "not the reply to this request");
    const auto values = read_reply(*queue_.on_wire(), answer.pdu);
    if (values) return queue_.finish(*values);
    if (values.error().code == Errc::refused) return queue_.refuse(values.error().detail);
    queue_.fail(values.error().code, values.error().detail);
  }
  void shut() {
    if (!is_open()) return;
    session_.reset();
    far_end_.closed(reactor().now());
  }

  ModbusFarEnd& far_end_;
  std::uint8_t unit_;
  bool absent_ = false;
  std::optional<std::size_t> left_;
  std::shared_ptr<bool> session_;  // gone once this opening of the link is over
  RequestQueue<Request, std::vector<std::uint16_t>> queue_;
};

}  // namespace meterbench
