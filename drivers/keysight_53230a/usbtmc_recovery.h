#pragma once

#include <functional>
#include <memory>
#include <string>

#include "drivers/keysight_53230a/usbtmc_endpoints.h"
#include "drivers/protocol/usbtmc/framing.h"

namespace meterbench::keysight_53230a {

/// What to say of an answer that the protocol does not know; also of an empty one.
[[nodiscard]] std::string no_answer(ByteView answer);

/// A class request on `link`, with the name of the request as its text.
void start_class_request(UsbLink& link, std::string text, const usbtmc::Control& request, Done<Bytes> done);

/// One transfer from `endpoint`. When none comes within `patience` it is cancelled: a time-out that, unlike
/// the link's own, leaves the link open for an abort.
void receive(UsbLink& link, std::string text, std::uint8_t endpoint, std::size_t most, Duration patience,
             Done<Bytes> done);

/// One way back to a known state after a transfer went wrong (instruments.md 7): abort or clear, at most two
/// seconds long. Made for one use, kept alive by its own callbacks. The link must outlive it.
class UsbtmcRecovery : public std::enable_shared_from_this<UsbtmcRecovery> {
 public:
  /// `room`: bytes of a read, a multiple of the packet.
  UsbtmcRecovery(UsbLink& link, const UsbtmcEndpoints& endpoints, std::size_t room);

  /// Ends the answer to request `tag`; a halted endpoint is freed first.
  void start_abort_in(std::uint8_t tag, bool halted, Done<void> done);
  /// Ends the message whose last transfer was `tag`.
  void start_abort_out(std::uint8_t tag, Done<void> done);
  /// Empties the instrument's input and output queues; its settings stay.
  void start_clear(Done<void> done);
  /// Nobody waits any more; nothing more is sent.
  void forget() { over_ = true; }

 private:
  using Then = std::function<void()>;

  void begin(Done<void> done);
  void finish(Result<void> result);
  void fail(Errc code, std::string request, std::string detail);
  /// Whether there is time for another try of `request`; fails where not.
  [[nodiscard]] bool may_go_on(const std::string& request);
  void ask(std::string text, const usbtmc::Control& request, std::function<void(const Bytes&)> then);
  void initiate_abort_in(std::uint8_t tag);
  void check(std::string text, const usbtmc::Control& request, Then then);
  /// Reads and throws away until a short packet or silence.
  void drain(int reads, Then then);
  void clear_halt(std::uint8_t endpoint, Then then);

  UsbLink& link_;
  UsbtmcEndpoints endpoints_;
  std::size_t room_;
  Instant begin_{};
  Done<void> done_;
  bool over_ = false;
};

}  // namespace meterbench::keysight_53230a
