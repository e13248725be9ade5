// The data link of the optical port as the meter has it: C12.18 packets, acknowledges, repetitions, time-outs
// (optical-port.md 1, 2). Freestanding. All times are numbers of samples, the board's only clock.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/byte_buffer.h"

namespace meterbench::firmware {

class PortLink {
 public:
  /// As Negotiate agrees them: bytes of a whole packet, packets of a message.
  struct Sizes {
    std::uint32_t packet;
    std::uint32_t packets;
  };
  static constexpr Sizes kDefault{64, 1};
  static constexpr Sizes kMost{512, 255};
  static constexpr std::uint32_t kLeastPacket = 32;

  using Request = ByteBuffer<256>;    // a write of ST-06; no service that is carried out has more
  using Response = ByteBuffer<1796>;  // the longest table with code, count and checksum

  enum class Event {
    none,
    request,    ///< a whole one is in request()
    delivered,  ///< the response has been acknowledged
    lost,       ///< gave up, or silence for too long: everything is as after power-up
  };

  explicit PortLink(Board& board) : board_{board} {}

  /// Takes what has come and what is due up to sample `now`. To be called until it answers `none`.
  Event proceed(std::uint64_t now);
  /// When proceed() has something to do next; kNever while idle in base state.
  [[nodiscard]] std::uint64_t wake();

  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] Response& response() { return response_; }
  /// Sends response(), after the acknowledge of its request.
  void send(std::uint64_t now);
  /// Whether a message of `size` bytes goes into the packets agreed.
  [[nodiscard]] bool fits(std::uint32_t size) const {
    return size <= (sizes_.packet - kOverhead) * sizes_.packets;
  }

  void agree(const Sizes& sizes) { sizes_ = sizes; }
  /// From now on silence ends the session.
  void watch_traffic() { watched_ = true; }
  /// Silence allowed until the next request.
  void allow_silence(std::uint32_t seconds) { silence_ = std::uint64_t{seconds} * kSampleRate; }
  /// To base state: default sizes, nothing remembered, nothing to send but an acknowledge that is due.
  void reset();

 private:
  static constexpr std::uint32_t kHeader = 6;
  static constexpr std::uint32_t kOverhead = 8;  // header and check
  static constexpr std::uint64_t kTrafficTimeOut = std::uint64_t{6} * kSampleRate;

  /// What tells a repeated packet from a new one.
  struct Mark {
    std::uint8_t identity;
    bool toggle;
    std::uint16_t check;
    friend bool operator==(const Mark&, const Mark&) = default;
  };

  Event take(std::uint8_t byte, std::uint64_t now);
  Event collect(std::uint8_t byte, std::uint64_t now);
  Event accept(const Mark& mark, std::uint32_t length, std::uint64_t now);
  Event acknowledged(std::uint64_t now);
  Event repeat(std::uint64_t now);
  void answer(std::uint8_t control, std::uint64_t now);
  void put_packet(std::uint64_t now);
  void transmit(std::uint64_t now);
  void put(std::uint8_t byte);
  [[nodiscard]] bool awaits_acknowledge() const { return sending_ && !packet_due_; }

  Board& board_;
  Sizes sizes_ = kDefault;

  // Coming in.
  std::uint8_t packet_[kMost.packet]{};
  std::uint32_t have_ = 0;   // bytes of packet_; 0: waiting for a start byte
  std::uint64_t heard_ = 0;  // last byte of it
  bool remembered_ = false;
  Mark last_{};                     // accepted
  std::uint32_t expected_ = kNone;  // sequence number of the message's next packet
  Request request_;
  static constexpr std::uint32_t kNone = 0x100;

  // Going out.
  std::uint8_t answer_ = 0;  // ACK or NAK that is due
  bool packet_due_ = false;
  std::uint64_t due_ = kNever;  // when they start
  Response response_;
  std::uint32_t cursor_ = 0;  // of the packet under way in response_
  bool sending_ = false;      // until the last packet is acknowledged
  bool toggle_ = true;        // of the packet under way
  std::uint32_t retries_ = 0;
  std::uint64_t sent_ = 0;  // when its last byte has left

  bool watched_ = false;
  std::uint64_t traffic_ = 0;  // last good packet or acknowledge
  std::uint64_t silence_ = kTrafficTimeOut;
};

}  // namespace meterbench::firmware
