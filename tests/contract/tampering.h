// A man in the middle, between a driver and the far end of its link, who spoils one message of a session.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/link/usb_link.h"

namespace meterbench::contract {

enum class Tampering {
  no_reply,       ///< the reply is lost
  half_reply,     ///< it stops in the middle
  garbled,        ///< a byte of it is damaged
  late_reply,     ///< it comes when the bench has given it up, ahead of the reply to the next message
  earlier_reply,  ///< the reply to an earlier message comes in its place
  lost_link,      ///< the link is lost before the reply
};
inline constexpr std::array kTamperings{Tampering::no_reply,      Tampering::half_reply,
                                        Tampering::garbled,       Tampering::late_reply,
                                        Tampering::earlier_reply, Tampering::lost_link};
[[nodiscard]] std::string_view to_text(Tampering how);
inline void PrintTo(Tampering how, std::ostream* out) { *out << to_text(how); }

/// Counts the messages from the bench, over all connections, and knows which of them is to be spoilt.
class Plot {
 public:
  /// `message` counts from 1.
  void spoil(std::size_t message, Tampering how) { spoilt_ = {message, how}; }
  [[nodiscard]] std::size_t messages() const { return messages_; }
  /// A message has come. What is to happen to its reply, if anything.
  [[nodiscard]] std::optional<Tampering> next() {
    ++messages_;
    if (messages_ == spoilt_.first) return spoilt_.second;
    return std::nullopt;
  }

 private:
  std::size_t messages_ = 0;
  std::pair<std::size_t, Tampering> spoilt_{0, Tampering::no_reply};
};

/// In front of `far_end`. What that says until the next message is the reply to the last one.
class TamperedFarEnd final : public FarEnd {
 public:
  /// Whether a late reply can still come when the link was closed and opened meanwhile: a serial line has no
  /// connections that would keep it away.
  enum class Medium { connection, line };

  /// `lose_link` is called from within on_bytes(). `far_end` and `plot` must outlive this.
  TamperedFarEnd(FarEnd& far_end, Plot& plot, Medium medium, std::function<void()> lose_link)
      : far_end_{far_end}, plot_{plot}, medium_{medium}, lose_link_{std::move(lose_link)} {}

  void opened(Instant now) override { far_end_.opened(now); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override;
  void on_time(Instant now, Bytes& reply) override;
  [[nodiscard]] std::optional<Instant> next_event() const override;
  void closed(Instant now) override;

 private:
  void pass_on(const Bytes& said, Bytes& reply);

  FarEnd& far_end_;
  Plot& plot_;
  Medium medium_;
  std::function<void()> lose_link_;
  std::optional<Tampering> how_;  // with what is said now
  bool mute_ = false;             // until the next message
  Bytes said_;                    // since the last message
  Bytes earlier_;                 // the whole reply before that
  Bytes late_;
  Bytes waiting_;  // behind a late reply
  Instant waiting_until_{};
};

/// Modbus TCP tells replies by their transaction, so that an earlier reply bears an earlier number. A damaged
/// byte is that of the unit.
class TamperedModbusFarEnd final : public ModbusFarEnd {
 public:
  /// `far_end` and `plot` must outlive this.
  TamperedModbusFarEnd(ModbusFarEnd& far_end, Plot& plot) : far_end_{far_end}, plot_{plot} {}

  void opened(Instant now) override { far_end_.opened(now); }
  [[nodiscard]] std::optional<Reply> on_request(Instant now, std::uint8_t unit, ByteView pdu) override;
  void closed(Instant now) override { far_end_.closed(now); }

 private:
  ModbusFarEnd& far_end_;
  Plot& plot_;
  Bytes earlier_;
};

/// In front of `link`, since a far end has no say in whether a USB transfer is acknowledged. A message is one
/// transfer. An endpoint that leaves one unanswered leaves all behind it unanswered, until it is given up: a
/// device keeps their order. What comes after that is dropped by the host, so that a late reply is none.
class TamperedUsbLink final : public UsbLink {
 public:
  /// `link` and `plot` must outlive this.
  TamperedUsbLink(UsbLink& link, Plot& plot)
      : UsbLink{link.reactor(), link.device()}, link_{link}, plot_{plot} {}
  ~TamperedUsbLink() override { close(); }

  [[nodiscard]] bool is_open() const override { return !down_ && link_.is_open(); }
  [[nodiscard]] Result<void> open() override;
  void close() override;
  [[nodiscard]] const UsbDescription* description() const override { return link_.description(); }
  void start_control(std::string text, const UsbSetup& setup, Bytes data, Duration timeout,
                     Done<Bytes> done) override;
  void start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration timeout,
                      Done<void> done) override;
  void start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most, Duration timeout,
                     Done<Bytes> done) override;
  void cancel_bulk_in(std::uint8_t endpoint) override;
  void start_clear_halt(std::string text, std::uint8_t endpoint, Duration timeout, Done<void> done) override;

 private:
  static constexpr int kControl = -1;  ///< as an endpoint
  /// A transfer that the device will not complete any more.
  struct Withheld {
    int endpoint;
    std::function<void(Errc, std::string)> fail;
    Reactor::TimerId timer;
  };

  /// What is told to `done` in place of a transfer's result; nothing, and `done` has heard, on a link that is
  /// down.
  template <class T>
  [[nodiscard]] Done<T> spoilt(const std::string& text, int endpoint, Duration timeout, Done<T> done);
  void withhold(int endpoint, Duration timeout, std::function<void(Errc, std::string)> fail);
  void end_withheld(std::optional<int> endpoint, Errc code, const std::string& why);
  void time_out(std::uint64_t serial);

  UsbLink& link_;
  Plot& plot_;
  bool down_ = false;  // a transfer has timed out, who asked for it hears first
  std::uint64_t serial_ = 0;
  std::map<std::uint64_t, Withheld> withheld_;
  std::set<int> silent_;          // endpoints whose transfers are not completed any more
  std::map<int, Bytes> earlier_;  // by endpoint
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace meterbench::contract
