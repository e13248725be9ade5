#include "drivers/virtual_lab/lab/unpluggable.h"

namespace meterbench::virtual_lab {
namespace {

/// Once out, out for good.
class Plug {
 public:
  explicit Plug(std::vector<ScriptedFault> faults) : script_{std::move(faults)} {}
  /// Something arrives.
  bool out_at_command(Instant now) {
    if (script_.on_command()) out_ = true;
    return out_at(now);
  }
  bool out_at(Instant now) {
    if (script_.due(now)) out_ = true;
    return out_;
  }
  [[nodiscard]] bool out() const { return out_; }
  [[nodiscard]] std::optional<Instant> next() const { return out_ ? std::nullopt : script_.next(); }

 private:
  FaultScript script_;
  bool out_ = false;
};

std::optional<Instant> earlier(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

class UnpluggableBytes final : public FarEnd {
 public:
  UnpluggableBytes(std::shared_ptr<FarEnd> end, std::vector<ScriptedFault> faults)
      : end_{std::move(end)}, plug_{std::move(faults)} {}
  void opened(Instant now) override { end_->opened(now); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    if (!plug_.out_at_command(now)) end_->on_bytes(now, bytes, reply);
  }
  void on_time(Instant now, Bytes& reply) override {
    if (!plug_.out_at(now)) end_->on_time(now, reply);
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    return earlier(end_->next_event(), plug_.next());
  }
  [[nodiscard]] bool unplugged() const override { return plug_.out(); }
  void closed(Instant now) override { end_->closed(now); }

 private:
  std::shared_ptr<FarEnd> end_;
  Plug plug_;
};

class UnpluggableUsb final : public UsbFarEnd {
 public:
  UnpluggableUsb(std::shared_ptr<UsbFarEnd> end, std::vector<ScriptedFault> faults)
      : end_{std::move(end)}, plug_{std::move(faults)} {}
  [[nodiscard]] const UsbDescription& description() const override { return end_->description(); }
  void opened(Instant now) override { end_->opened(now); }
  std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView data) override {
    if (plug_.out_at_command(now)) return std::nullopt;
    return end_->control(now, setup, data);
  }
  bool bulk_out(Instant now, std::uint8_t endpoint, ByteView data) override {
    return !plug_.out_at_command(now) && end_->bulk_out(now, endpoint, data);
  }
  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    if (plug_.out_at(now)) return std::nullopt;
    return end_->bulk_in(now, endpoint, most);
  }
  [[nodiscard]] bool halted(std::uint8_t endpoint) const override { return end_->halted(endpoint); }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    return earlier(end_->next_event(), plug_.next());
  }
  void clear_halt(Instant now, std::uint8_t endpoint) override { end_->clear_halt(now, endpoint); }
  [[nodiscard]] bool unplugged() const override { return plug_.out() || end_->unplugged(); }
  void closed(Instant now) override { end_->closed(now); }

 private:
  std::shared_ptr<UsbFarEnd> end_;
  Plug plug_;
};

class UnpluggableModbus final : public ModbusFarEnd {
 public:
  UnpluggableModbus(std::shared_ptr<ModbusFarEnd> end, std::vector<ScriptedFault> faults)
      : end_{std::move(end)}, plug_{std::move(faults)} {}
  void opened(Instant now) override { end_->opened(now); }
  std::optional<Reply> on_request(Instant now, std::uint8_t unit, ByteView pdu) override {
    if (plug_.out_at_command(now)) return std::nullopt;
    return end_->on_request(now, unit, pdu);
  }
  [[nodiscard]] bool unplugged() const override { return plug_.out(); }
  void closed(Instant now) override { end_->closed(now); }

 private:
  std::shared_ptr<ModbusFarEnd> end_;
  Plug plug_;
};

struct Wrap {
  std::vector<ScriptedFault> faults;
  AnyFarEnd operator()(std::shared_ptr<FarEnd> end) {
    return std::make_shared<UnpluggableBytes>(std::move(end), std::move(faults));
  }
  AnyFarEnd operator()(std::shared_ptr<UsbFarEnd> end) {
    return std::make_shared<UnpluggableUsb>(std::move(end), std::move(faults));
  }
  AnyFarEnd operator()(std::shared_ptr<ModbusFarEnd> end) {
    return std::make_shared<UnpluggableModbus>(std::move(end), std::move(faults));
  }
};

}  // namespace

AnyFarEnd unpluggable(AnyFarEnd far_end, std::vector<ScriptedFault> faults) {
  return faults.empty() ? std::move(far_end) : std::visit(Wrap{std::move(faults)}, std::move(far_end));
}

}  // namespace meterbench::virtual_lab
