#include "drivers/virtual_lab/host/modbus_host.h"

#include <deque>
#include <map>
#include <utility>

#include "drivers/link/modbus_frames.h"

namespace meterbench::virtual_lab {
namespace {

/// The specification of Modbus/TCP recommends that a server take several connections; the number is `made`.
constexpr std::size_t kMostClients = 8;
/// Unit, function code and CRC.
constexpr std::size_t kShortestFrame = 4;

/// Above 19,200 Bd the pause that ends a frame is fixed (Modbus over Serial Line V1.02, 2.5.1.1).
Duration pause_of(const SerialWire& wire) {
  return wire.baud > 19200 ? std::chrono::microseconds{1750} : wire.byte_time() * 7 / 2;
}

}  // namespace

/// One client's requests, each answered when its reply is due.
class ModbusTcpHost::Client final : public Conversation {
 public:
  explicit Client(Device& device) : device_{device} {}

  void opened(Instant now) override {
    if (device_.clients++ == 0) device_.far_end.opened(now);
  }
  void closed(Instant now) override {
    if (--device_.clients == 0) device_.far_end.closed(now);
  }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    while (!cut_) {
      auto request = take_tcp_request(received_);
      if (!request)
        cut_ = true;  // nothing that follows can be understood
      else if (request->has_value())
        answer(now, **request);
      else
        break;
    }
    on_time(now, reply);
  }
  void on_time(Instant now, Bytes& reply) override {
    while (!due_.empty() && due_.begin()->first <= now && !cut_) {
      const Answer answer = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      cut_ = answer.reset;
      reply.insert(reply.end(), answer.frame.begin(), answer.frame.end());
    }
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (due_.empty() || cut_) return std::nullopt;
    return due_.begin()->first;
  }
  [[nodiscard]] bool is_cut() const override { return cut_; }
  [[nodiscard]] bool unplugged() const override { return device_.far_end.unplugged(); }

 private:
  struct Answer {
    Bytes frame;
    bool reset;
  };
  void answer(Instant now, const ModbusTcpRequest& request) {
    const auto reply = device_.far_end.on_request(now, request.unit, request.pdu);
    if (!reply) return;
    due_.emplace(reply->due, Answer{tcp_frame(request.transaction, request.unit, reply->pdu, reply->mishap),
                                    reply->mishap == ModbusMishap::reset});
  }

  Device& device_;
  Bytes received_;
  std::multimap<Instant, Answer> due_;
  bool cut_ = false;
};

ModbusTcpHost::ModbusTcpHost(LabClock& clock, ModbusFarEnd& far_end)
    : device_{far_end}, host_{clock, [this] { return std::make_unique<Client>(device_); }, kMostClients} {}

/// Frames end with a pause; what is no frame, or has a wrong CRC, is not answered.
class ModbusRtuHost::Line final : public FarEnd {
 public:
  Line(ModbusFarEnd& device, Duration pause) : device_{device}, pause_{pause} {}

  void opened(Instant now) override { device_.opened(now); }
  [[nodiscard]] bool unplugged() const override { return device_.unplugged(); }
  void closed(Instant now) override {
    received_.clear();
    frame_ends_.reset();
    due_.clear();
    device_.closed(now);
  }
  void on_bytes(Instant now, ByteView bytes, Bytes& /*reply*/) override {
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    frame_ends_ = now + pause_;
  }
  void on_time(Instant now, Bytes& reply) override {
    if (frame_ends_ && *frame_ends_ <= now) {
      frame_ends_.reset();
      take_frame(now, std::exchange(received_, {}));
    }
    while (!due_.empty() && due_.begin()->first <= now) {
      const Bytes& frame = due_.begin()->second;
      reply.insert(reply.end(), frame.begin(), frame.end());
      due_.erase(due_.begin());
    }
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (due_.empty()) return frame_ends_;
    if (!frame_ends_) return due_.begin()->first;
    return std::min(*frame_ends_, due_.begin()->first);
  }

 private:
  void take_frame(Instant now, const Bytes& frame) {
    if (frame.size() < kShortestFrame) return;
    const ByteView body{frame.data(), frame.size() - 2};
    const auto check = static_cast<std::uint16_t>(frame[frame.size() - 2] | frame.back() << 8U);
    if (rtu_check(body) != check) return;
    const auto reply = device_.on_request(now, body.front(), body.subspan(1));
    if (reply) due_.emplace(reply->due, rtu_frame(body.front(), reply->pdu, reply->mishap));
  }

  ModbusFarEnd& device_;
  Duration pause_;
  Bytes received_;
  std::optional<Instant> frame_ends_;
  std::multimap<Instant, Bytes> due_;
};

ModbusRtuHost::ModbusRtuHost(LabClock& clock, ModbusFarEnd& far_end, const SerialWire& wire)
    : line_{std::make_unique<Line>(far_end, pause_of(wire))}, host_{clock, *line_, wire} {}

ModbusRtuHost::~ModbusRtuHost() = default;

}  // namespace meterbench::virtual_lab
