#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/station/power_source.h"
#include "drivers/link/byte_link.h"
#include "drivers/link/operations.h"
#include "drivers/protocol/zera_serial/framing.h"
#include "drivers/zera_mt786/readings.h"
#include "drivers/zera_mt786/set_point.h"
#include "drivers/zera_mt786/status_word.h"

namespace meterbench::zera_mt786 {

/// A ZERA MT786 on a serial line of 9600 baud, 8N2: circuit 1 is phase R, circuit 2 phase S. What is known of
/// the instrument stands in quirks.md.
///
/// Opens its link when it needs it. On every new connection the first that it sends is all off, confirmed by
/// the built-in reference, which must read nothing on any channel.
///
/// No command is known that sets hardware limits: they are kept here and checked before a byte leaves.
///
/// While anything is energised it asks the status and the amplitudes every second, whether or not anybody
/// wants them. A fault bit, or a channel that is gone, sends all off at once and is told as a trip until the
/// next start_off. After a lost link nothing is sent.
///
/// One of identify, set limits and apply at a time: another is refused. Output off goes before them all, and
/// what it interrupts ends as `stopped`; it closes and opens the link when the instrument is busy switching.
/// A state may be asked for at any time; asking never opens the link. After a fault of apply the output may
/// stand anywhere: the caller switches it off.
class Mt786Source final : public PowerSource, private Operations {
 public:
  /// `link` and its reactor must outlive the source. Whoever waits when the source is destroyed hears
  /// nothing.
  explicit Mt786Source(ByteLink& link);
  ~Mt786Source() override;
  Mt786Source(const Mt786Source&) = delete;
  Mt786Source& operator=(const Mt786Source&) = delete;

  [[nodiscard]] SourceCapabilities capabilities() const override { return source_capabilities(); }
  void start_identify(Done<std::string> done) override;
  void start_off(Done<void> done) override;
  void start_status(Done<SourceStatus> done) override;

 private:
  using Then = std::function<void()>;
  using Lines = std::vector<std::string>;

  /// What an earlier command may have left half-sent. A CR before the next flushes it; what the instrument
  /// says to that is passed over.
  enum class Rest { none, flush };
  /// One command and how its answer is known.
  struct Exchange {
    std::string command;
    zera_serial::Ending ending;
    Duration timeout;
    Rest rest = Rest::none;
  };

  void do_set_limits(const SourceLimits& limits, Done<void> done) override;
  void do_apply(const LoadPoint& point, Done<void> done) override;

  /// Null, and `done` has heard why, when it cannot begin now.
  template <class T>
  [[nodiscard]] Op begin_set_up(std::string text, const Done<T>& done);
  /// An answer without meaning: question and answer may have lost step, so the link is closed.
  void fail_garbled(const Op& op, std::string command, const Lines& answer);

  /// The lines of the answer, its end among them. Every status in it is noted.
  void exchange(const Exchange& what, Done<Lines> done);
  // Steps. Each ends in `then`, or in fail().
  void ask(const Op& op, const Exchange& what, std::function<void(Lines)> then);
  void tell_all(const Op& op, std::vector<Exchange> commands, Then then, std::size_t next = 0);
  void ask_status(const Op& op, std::function<void(StatusWord)> then);
  void ask_amplitudes(const Op& op, std::function<void(Channels)> then);
  void later(const Op& op, Duration delay, Then then);
  void connect(const Op& op, Then then);
  void prepare(const Op& op, Then then);
  void switch_off(const Op& op, Then then);
  void await_dark(const Op& op, Instant deadline, Then then);
  void switch_on(const Op& op, const SetPoint& point, Then then);
  void await_standing(const Op& op, Instant deadline, std::optional<Channels> before, Then then);

  [[nodiscard]] Result<void> open_link();
  void note(const StatusWord& status);
  void trip(std::string reason);
  void begin_off();
  void try_off(int attempts);
  void finish_off(const Result<void>& result);
  void watch();
  void look();

  ByteLink& link_;
  std::vector<Done<void>> off_waiters_;  ///< who hears of the switching off under way
  bool switching_off_ = false;
  bool switching_on_ = false;          ///< the instrument answers nothing else meanwhile
  std::optional<Channels> energised_;  ///< what it was told; nothing once all off was confirmed
  std::string trip_;                   ///< reason; empty: none
  std::optional<Reactor::TimerId> next_look_;
  bool looking_ = false;
  Instant status_seen_{};

  /// What this connection has seen already.
  struct Connection {
    bool integration = false;
    bool off = false;
    bool ranges = false;
  };
  Connection connection_;
};

}  // namespace meterbench::zera_mt786
