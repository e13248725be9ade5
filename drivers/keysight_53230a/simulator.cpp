#include "drivers/keysight_53230a/simulator.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/keysight_53230a/simulator_instrument.h"
#include "drivers/protocol/usbtmc/framing.h"

namespace meterbench::keysight_53230a {
namespace {

using usbtmc::Control;
using usbtmc::Request;
using usbtmc::Status;

// Endpoints and packets are `made`.
constexpr std::uint8_t kBulkOut = 0x01;
constexpr std::uint8_t kBulkIn = 0x82;
constexpr std::uint8_t kInterruptIn = 0x83;
constexpr std::uint16_t kBulkPacket = 512;
constexpr std::uint16_t kInterruptPacket = 8;

constexpr int kStorm = 300;  ///< notifications, of a storm of service requests
constexpr std::uint32_t kTooMany = 64;

// Vendor, product and interface are of instruments.md 5.1 and 7, the serial number is that of its identity.
const UsbDescription kDescription{.vendor = 0x0957,
                                  .product = 0x1907,
                                  .manufacturer = "Agilent Technologies",
                                  .name = "53230A",
                                  .serial = "MY50001484",
                                  .interface_class = usbtmc::kInterfaceClass,
                                  .interface_subclass = usbtmc::kInterfaceSubclass,
                                  .interface_protocol = usbtmc::kInterfaceProtocolUsb488,
                                  .endpoints = {{.address = kBulkOut, .most_packet = kBulkPacket},
                                                {.address = kBulkIn, .most_packet = kBulkPacket},
                                                {.address = kInterruptIn,
                                                 .kind = UsbDescription::Endpoint::Kind::interrupt,
                                                 .most_packet = kInterruptPacket}}};

/// `made`, but for USB488 itself.
constexpr usbtmc::Capabilities kCapabilities{.term_char = true,
                                             .trigger = true,
                                             .remote_enable = true,
                                             .ieee_488_2 = true,
                                             .device_trigger = true,
                                             .remote_local = true,
                                             .service_request = true,
                                             .scpi = true};

/// The interface of the instrument: USBTMC with USB488.
class Simulator final : public UsbFarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : instrument_{world, settings}, faults_{settings.faults} {
    world.attach(*this);
  }

  [[nodiscard]] const UsbDescription& description() const override { return kDescription; }
  /// Like the device, keeps its state whoever opens or closes it.
  void opened(Instant) override {}
  void closed(Instant) override {}

  void on_segment(const virtual_lab::Segment& segment) override { bring_to(segment.begin); }

  std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView) override {
    bring_to(now);
    auto answer = answer_to(
        {setup.request_type, static_cast<Request>(setup.request), setup.value, setup.index, setup.length});
    if (answer && answer->size() > setup.length) answer->resize(setup.length);
    return answer;
  }

  bool bulk_out(Instant now, std::uint8_t endpoint, ByteView data) override {
    bring_to(now);
    if (endpoint != kBulkOut) return false;
    received_.insert(received_.end(), data.begin(), data.end());
    const auto header = usbtmc::decode_header(received_);
    if (!header) return halt_out();
    const bool message = header->id == usbtmc::MessageId::message_out;
    const std::size_t bytes = usbtmc::kHeaderBytes + (message ? header->size : 0);
    if (received_.size() < bytes) return true;  // the rest of the transfer may come
    const Bytes transfer = std::exchange(received_, {});
    const bool taken = message ? take_message(now, *header, transfer) : take_request(*header);
    look_for_service();
    return taken || halt_out();
  }

  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    bring_to(now);
    if (endpoint == kInterruptIn) return notification();
    if (endpoint != kBulkIn) return std::nullopt;
    if (std::exchange(short_packet_due_, false)) return Bytes{};
    if (sending_.empty() && !begin_answer(now)) return std::nullopt;
    if (std::exchange(empty_packet_next_, false)) return Bytes{};
    const std::size_t size = std::min(most, sending_.size());
    Bytes part{sending_.begin(), sending_.begin() + static_cast<std::ptrdiff_t>(size)};
    sending_.erase(sending_.begin(), sending_.begin() + static_cast<std::ptrdiff_t>(size));
    // All that was asked for, and the transfer ends here with a whole packet: an empty one says so.
    short_packet_due_ = sending_.empty() && size == most && size % kBulkPacket == 0;
    return part;
  }

  [[nodiscard]] bool halted(std::uint8_t endpoint) const override {
    return endpoint == kBulkOut ? out_halted_ : endpoint == kBulkIn && in_halted_;
  }
  void clear_halt(Instant, std::uint8_t endpoint) override {
    if (endpoint == kBulkOut) out_halted_ = false;
    if (endpoint == kBulkIn) in_halted_ = false;
  }

  [[nodiscard]] std::optional<Instant> next_event() const override { return instrument_.next_event(); }

 private:
  void bring_to(Instant now) {
    while (auto fault = faults_.due(now)) strike(*fault);
    instrument_.bring_to(now);
    look_for_service();
  }

  void strike(const std::string& what) {
    if (instrument_.strike(what)) return;
    if (what == "wrong_tag") wrong_tag_next_ = true;
    if (what == "wrong_msgid") wrong_id_next_ = true;
    if (what == "eom_missing") end_missing_next_ = true;
    if (what == "transfer_size") too_large_next_ = true;
    if (what == "empty_packet") empty_packet_next_ = true;
    if (what == "stall") in_halted_ = true;
    if (what == "abort_never") abort_never_ = true;
    if (what == "srq_storm") notifications_.insert(notifications_.end(), kStorm, {1, 0x40});
  }

  bool halt_out() {
    received_.clear();
    out_halted_ = true;
    return false;
  }

  bool take_message(Instant now, const usbtmc::Header& header, ByteView transfer) {
    if (request_) return false;  // an answer is asked for and not fetched: out of step
    const ByteView payload = transfer.subspan(usbtmc::kHeaderBytes, header.size);
    message_.append(payload.begin(), payload.end());
    if (!header.end) return true;
    const std::string message = std::exchange(message_, {});
    std::size_t begin = 0;
    while (begin < message.size()) {
      const std::size_t end = std::min(message.find('\n', begin), message.size());
      if (end > begin)
        if (const auto fault = faults_.on_command()) strike(*fault);
      begin = end + 1;
    }
    instrument_.take(now, message);
    return true;
  }

  bool take_request(const usbtmc::Header& header) {
    // A trigger does nothing: the source of the trigger is always the internal one.
    if (header.id == usbtmc::MessageId::trigger) return true;
    if (header.id != usbtmc::MessageId::request_in || request_ || header.size == 0) return false;
    request_ = header;
    return true;
  }

  /// Whether there is something to send on the request at hand.
  bool begin_answer(Instant now) {
    const Bytes* answer = request_ ? instrument_.answer(now) : nullptr;
    if (!answer) return false;
    const std::size_t size = std::min<std::size_t>(request_->size, answer->size());
    const bool end = size == answer->size() && !std::exchange(end_missing_next_, false);
    sending_ = usbtmc::message_in(request_->tag, ByteView{*answer}.first(size), end);
    if (std::exchange(wrong_tag_next_, false)) {
      ++sending_[1];
      --sending_[2];
    }
    if (std::exchange(wrong_id_next_, false))
      sending_[0] = static_cast<std::uint8_t>(usbtmc::MessageId::vendor_in);
    if (std::exchange(too_large_next_, false))
      sending_[4] = static_cast<std::uint8_t>(sending_[4] + kTooMany);
    answered_tag_ = request_->tag;
    request_.reset();
    instrument_.fetched(size);
    return true;
  }

  std::optional<Bytes> notification() {
    if (notifications_.empty()) return std::nullopt;
    const Bytes packet = usbtmc::encode_notification(notifications_.front());
    notifications_.pop_front();
    return packet;
  }

  /// A service request each time that the status byte begins to ask for one.
  void look_for_service() {
    const bool asks = (instrument_.status_byte() & instrument_.service_enable()) != 0;
    if (asks && !service_asked_) notifications_.push_back({1, instrument_.status_byte()});
    service_asked_ = asks;
  }

  std::optional<Bytes> answer_to(const Control& request) {
    const std::uint8_t type =
        request.request <= Request::check_abort_bulk_in ? usbtmc::kToEndpoint : usbtmc::kToInterface;
    if (request.request_type != type) return std::nullopt;
    const auto tag = static_cast<std::uint8_t>(request.value);
    const usbtmc::Progress progress{abort_never_ ? Status::pending : Status::success, false};
    switch (request.request) {
      case Request::initiate_abort_bulk_out: return usbtmc::encode_initiated(abort_out(), tag);
      case Request::initiate_abort_bulk_in: return usbtmc::encode_initiated(abort_in(tag), tag);
      case Request::check_abort_bulk_out:
      case Request::check_abort_bulk_in:
      case Request::check_clear: return usbtmc::encode_progress(progress, request);
      case Request::initiate_clear: clear(); return usbtmc::encode_initiated(Status::success);
      case Request::get_capabilities: return usbtmc::encode_capabilities(kCapabilities);
      case Request::read_status_byte: return status_byte(tag);
      case Request::ren_control:
      case Request::go_to_local:
      case Request::local_lockout: return usbtmc::encode_initiated(Status::success);
      case Request::indicator_pulse: break;
    }
    return std::nullopt;
  }

  Status abort_out() {
    const bool under_way = !received_.empty() || !message_.empty();
    received_.clear();
    message_.clear();
    return under_way || abort_never_ ? Status::success : Status::not_in_progress;
  }

  Status abort_in(std::uint8_t tag) {
    const bool sending = !sending_.empty();
    if (!request_ && !sending) return abort_never_ ? Status::success : Status::failed;
    if ((request_ ? request_->tag : answered_tag_) != tag) return Status::not_in_progress;
    request_.reset();
    sending_.clear();
    short_packet_due_ = true;  // ends what the host may be reading
    return Status::success;
  }

  void clear() {
    received_.clear();
    message_.clear();
    request_.reset();
    sending_.clear();
    short_packet_due_ = empty_packet_next_ = false;
    instrument_.clear();
  }

  /// The byte itself goes by the interrupt endpoint.
  Bytes status_byte(std::uint8_t tag) {
    const bool busy =
        std::ranges::any_of(notifications_, [](const auto& n) { return !n.is_service_request(); });
    if (!busy) notifications_.push_back({tag, instrument_.status_byte()});
    return usbtmc::encode_status_byte({busy ? Status::interrupt_in_busy : Status::success, tag, 0});
  }

  SimulatedInstrument instrument_;
  virtual_lab::FaultScript faults_;

  Bytes received_;                         // of a bulk-out transfer
  std::string message_;                    // of which transfers have come and the end has not
  std::optional<usbtmc::Header> request_;  // that has no answer yet
  Bytes sending_;                          // what is left of a bulk-in transfer
  std::uint8_t answered_tag_ = 0;
  bool short_packet_due_ = false;
  bool out_halted_ = false;
  bool in_halted_ = false;
  std::deque<usbtmc::Notification> notifications_;
  bool service_asked_ = false;

  // What the script has done.
  bool wrong_tag_next_ = false;
  bool wrong_id_next_ = false;
  bool end_missing_next_ = false;
  bool too_large_next_ = false;
  bool empty_packet_next_ = false;
  bool abort_never_ = false;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {.name = "keysight_53230a",
          .parameters = {{"jitter_ps", 20, 0, 100'000, "standard deviation of one time stamp"},
                         {"time_base_ppm", 0, -100, 100, "of its clock; positive: fast"},
                         {"io_ms", 2, 0, 1000, "from a query to its answer"},
                         {"pulse_height_v", 5, 0, 50, "of the pulses at its inputs, from 0 V"},
                         {"pulse_width_ms", 10, 0, 1000, "of the pulses at its inputs"}},
          .faults = {"reading_timeout", "auto_level", "protection", "rollover", "time_base", "prescaler",
                     "refuse", "garble", "silence", "wrong_tag", "wrong_msgid", "eom_missing",
                     "transfer_size", "empty_packet", "stall", "abort_never", "srq_storm"},
          .inputs = 2,
          .make = [](virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
              -> virtual_lab::AnyFarEnd { return std::make_unique<Simulator>(world, settings); }};
}

}  // namespace meterbench::keysight_53230a
