// The client's side of the optical port's data link (optical-port.md 2), without input, output or clock: it
// is told what came and when, and tells what to send and by when it wants to be asked again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/core/bytes.h"
#include "bench/core/fault.h"
#include "bench/core/time.h"
#include "drivers/protocol/c1218/framing.h"

namespace meterbench::c1218 {

/// Whether the probe returns what is sent through it.
enum class Echo { detect, never, always };

struct Response {
  std::uint8_t code = 0;
  Bytes data;          ///< behind the code
  Instant asked{};     ///< the request's last byte left, the first time
  Instant answered{};  ///< the response's first byte was there
  /// False: it came in place of the acknowledge, which was lost; or it is that of an earlier request.
  bool acknowledged = false;
};

/// The link failed: there is no session any more.
struct LinkFailure {
  Errc code{};
  std::string detail;
};

using Answer = tl::expected<Response, LinkFailure>;

/// After each call of start(), on_bytes(), on_sent() and on_time(), the owner looks at take_output(),
/// take_answer() and next_deadline().
class Client {
 public:
  /// Silence that ends a session (optical-port.md 2.3).
  static constexpr Duration kTraffic = std::chrono::seconds{6};

  struct Settings {
    Duration turn_around = std::chrono::milliseconds{1};  ///< silence between hearing and sending
    Echo echo = Echo::detect;
    double baud = 9600;  ///< a kernel takes bytes faster than the line
  };

  explicit Client(const Settings& settings) : settings_{settings}, echo_{settings.echo == Echo::always} {}

  /// For a new session: default sizes, nothing remembered, nothing under way.
  void restart();
  /// Agreed by Negotiate: size of a whole packet.
  void agree(std::size_t packet_size) { packet_size_ = packet_size; }
  [[nodiscard]] std::size_t packet_size() const { return packet_size_; }

  /// One request at a time (std::logic_error otherwise). Its answer is there even when the meter is busy for
  /// long: the request is then sent again. `patience`: for the response to begin, once it is acknowledged.
  void start(Instant now, Bytes request, Duration patience = kTraffic);
  void on_bytes(Instant now, ByteView bytes);
  /// The last bytes of take_output() have left.
  void on_sent(Instant now);
  void on_time(Instant now);

  /// To be sent at once; empty: nothing yet.
  [[nodiscard]] Bytes take_output(Instant now);
  [[nodiscard]] std::optional<Answer> take_answer();
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  /// Nothing is left to send.
  [[nodiscard]] bool quiet() const { return !due_; }

  /// Packets sent or asked for again since restart(): evidence of a badly seated probe.
  [[nodiscard]] unsigned retries() const { return retries_; }
  [[nodiscard]] bool echo_seen() const { return echo_; }

 private:
  enum class Phase {
    idle,
    acknowledge,  ///< of a packet of the request
    response,
    pause,  ///< before a busy meter is asked again
  };
  /// What tells a repeated packet from a new one.
  struct Mark {
    std::uint8_t identity = 0;
    bool toggle = false;
    std::uint16_t check = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
  };

  void take(Instant now, std::uint8_t byte);
  void take_packet(Instant now);
  void take_part(Instant now, const Packet& packet);
  void take_message(Instant now);
  void send_request(Instant now);
  void packet_taken(Instant now);
  void put_packet(Instant now);
  void put_control(Instant now, std::uint8_t control);
  void send_again(Instant now, Errc code, const std::string& why);
  void ask_again(Instant now, const std::string& why);
  void fail(Errc code, std::string why);
  [[nodiscard]] bool is_echo(std::uint8_t byte);
  [[nodiscard]] bool is_stale(Instant begun) const;
  [[nodiscard]] std::size_t most_data() const { return packet_size_ - kOverhead; }
  [[nodiscard]] Duration wire_time(std::size_t bytes) const;

  Settings settings_;
  bool echo_;
  std::size_t packet_size_ = kDefaultPacket;
  unsigned retries_ = 0;

  Phase phase_ = Phase::idle;
  bool failed_ = false;  // nothing more is heard or said before the next request
  std::optional<Answer> answer_;

  // The request.
  Bytes request_;
  Duration patience_ = kTraffic;
  unsigned busy_ = 0;  // times
  std::vector<Bytes> packets_;
  std::size_t next_packet_ = 0;
  unsigned packet_retries_ = 0;
  bool toggle_ = false;  // of the next new packet
  std::optional<Instant> asked_;
  bool acknowledged_ = false;

  // Going out.
  std::optional<std::uint8_t> control_;  // ACK or NAK that is due
  bool packet_due_ = false;
  std::optional<Instant> due_;
  unsigned on_wire_ = 0;              // outputs that have not left yet
  bool packet_on_wire_ = false;       // in one of them
  std::optional<Instant> sent_;       // when the packet's last byte has left
  std::optional<Instant> taken_off_;  // when on_sent() said so of it for the first time
  std::deque<std::uint8_t> expected_echo_;

  // Coming in.
  PacketCollector collector_;
  Instant heard_{};  // last byte
  Instant begun_{};  // first byte of the packet under way
  std::optional<Mark> last_;
  Instant last_at_{};
  Bytes message_;
  std::optional<std::uint8_t> expected_;  // sequence of the response's next packet; nothing: it has to begin
  std::optional<Instant> answered_;
  unsigned damaged_ = 0;
  unsigned begun_times_ = 0;  // that the response began anew
  Instant response_by_{};
  Instant resume_{};
};

}  // namespace meterbench::c1218
