// A conversation with one USBTMC/USB488 instrument over a USB link (instruments.md 7).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/keysight_53230a/usbtmc_endpoints.h"
#include "drivers/keysight_53230a/usbtmc_recovery.h"
#include "drivers/protocol/usbtmc/framing.h"

namespace meterbench::keysight_53230a {

/// Whole messages to and from the instrument, one call at a time; a clear ends the one under way as
/// `stopped`. A call that fails, for whatever reason, aborts its transfer and then closes the link: after a
/// time-out nothing but the abort is sent. The next start_open() begins with a clear.
class UsbtmcSession {
 public:
  struct Settings {
    std::size_t most_out = 16384;  ///< bytes of a message in one transfer
    std::size_t most_in = 65536;   ///< bytes of an answer that one request asks for
    std::size_t longest_answer = 64U << 20U;
  };

  /// The link must outlive the session, which closes it.
  explicit UsbtmcSession(UsbLink& link) : UsbtmcSession{link, Settings{}} {}
  UsbtmcSession(UsbLink& link, const Settings& settings);
  ~UsbtmcSession();
  UsbtmcSession(const UsbtmcSession&) = delete;
  UsbtmcSession& operator=(const UsbtmcSession&) = delete;

  [[nodiscard]] UsbLink& link() const { return link_; }
  [[nodiscard]] bool is_open() const { return ready_ && link_.is_open(); }
  /// Of the instrument, once open.
  [[nodiscard]] const usbtmc::Capabilities& capabilities() const { return capabilities_; }

  /// Opens the link where it is closed, asks what the instrument is able to do, clears it. Harmless when
  /// open.
  void start_open(Done<void> done);
  /// `text` names the message for people. On a closed session: disconnected at once, as all that follow.
  void start_write(std::string text, Bytes message, Duration patience, Done<void> done);
  void start_read(std::string text, Duration patience, Done<Bytes> done);
  /// Writes, then reads.
  void start_query(std::string text, Bytes message, Duration patience, Done<Bytes> done);
  /// By the interrupt endpoint where there is one. Service requests that come meanwhile are dropped.
  void start_status_byte(Duration patience, Done<std::uint8_t> done);
  /// Ends what is under way and empties the instrument's queues. On a closed session: done at once.
  void start_clear(Done<void> done);

 private:
  struct Call {
    std::string text;
    Instant begin;
    Instant deadline;
    std::function<void(Fault)> fail;
    bool over = false;
  };
  using CallPtr = std::shared_ptr<Call>;
  using Then = std::function<void()>;
  enum class Direction { none, in, out };

  /// Null, and `done` has heard why, on a closed session. Throws std::logic_error when another is under way.
  template <class T>
  [[nodiscard]] CallPtr begin(std::string text, Duration patience, const Done<T>& done);
  template <class T>
  [[nodiscard]] CallPtr start(std::string text, Duration patience, const Done<T>& done);
  void end(const CallPtr& call);
  void fail(const CallPtr& call, Fault fault, Direction direction);
  void fail(const CallPtr& call, Errc code, std::string detail, Direction direction);
  [[nodiscard]] Duration left(const CallPtr& call) const;
  [[nodiscard]] std::shared_ptr<UsbtmcRecovery> recovery();
  void recovered();

  void clear_at_open(const CallPtr& call, const Done<void>& done);
  void send(const CallPtr& call, std::shared_ptr<const Bytes> message, std::size_t at, Then then);
  void request(const CallPtr& call, std::shared_ptr<Bytes> answer, const Done<Bytes>& done);
  void listen(const CallPtr& call, std::shared_ptr<Bytes> answer, bool empty_seen, const Done<Bytes>& done);
  void ask_status_byte(const CallPtr& call, const Done<std::uint8_t>& done);
  void listen_for_status(const CallPtr& call, std::uint8_t tag, const Done<std::uint8_t>& done);

  UsbLink& link_;
  Settings settings_;
  UsbtmcEndpoints endpoints_;
  usbtmc::Capabilities capabilities_;
  bool ready_ = false;
  usbtmc::TagCounter tags_ = usbtmc::TagCounter::bulk();
  usbtmc::TagCounter status_tags_ = usbtmc::TagCounter::status_byte();
  CallPtr call_;
  std::shared_ptr<UsbtmcRecovery> recovery_;
  std::vector<Done<void>> clear_waiters_;
};

}  // namespace meterbench::keysight_53230a
