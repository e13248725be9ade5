// USB Test and Measurement Class with the USB488 subclass (instruments.md 7): the bytes of its transfers and
// of its class requests. No link, no time, no state but a tag counter: both ends of a wire use it, and any
// bytes may be thrown at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bench/core/bytes.h"

namespace meterbench::usbtmc {

inline constexpr std::uint8_t kInterfaceClass = 0xFE;
inline constexpr std::uint8_t kInterfaceSubclass = 3;
inline constexpr std::uint8_t kInterfaceProtocolUsb488 = 1;

// --- Bulk transfers ---

inline constexpr std::size_t kHeaderBytes = 12;
/// A transfer is filled with zeros to a multiple of this.
inline constexpr std::size_t kAlignment = 4;

enum class MessageId : std::uint8_t {
  message_out = 1,  ///< DEV_DEP_MSG_OUT
  request_in = 2,   ///< REQUEST_DEV_DEP_MSG_IN
  message_in = 2,   ///< DEV_DEP_MSG_IN, the answer to a request
  vendor_out = 126,
  vendor_in = 127,
  trigger = 128,  ///< USB488
};

struct Header {
  MessageId id{};
  std::uint8_t tag = 0;      ///< 1 to 255
  std::uint32_t size = 0;    ///< bytes of the payload, or in a request the most that are wanted
  bool end = false;          ///< EOM: the message ends with this transfer
  std::uint8_t term_char{};  ///< of a request; 0: none

  friend bool operator==(const Header&, const Header&) = default;
};

[[nodiscard]] Bytes encode(const Header& header);
/// One transfer of (a part of) a message to the instrument, with its padding.
[[nodiscard]] Bytes message_out(std::uint8_t tag, ByteView payload, bool end);
[[nodiscard]] Bytes request_in(std::uint8_t tag, std::uint32_t most);
[[nodiscard]] Bytes trigger(std::uint8_t tag);
/// The answer to the request with that tag.
[[nodiscard]] Bytes message_in(std::uint8_t tag, ByteView payload, bool end);

/// The header that `transfer` begins with, or why it is none: too short, tag 0, tag and inverse do not fit.
[[nodiscard]] tl::expected<Header, std::string> decode_header(ByteView transfer);

/// A part of an answer.
struct Part {
  Bytes payload;
  bool end = false;
};
/// `transfer` as the answer to a request of at most `most` bytes with that tag, or a sentence why it is none.
[[nodiscard]] tl::expected<Part, std::string> decode_answer(ByteView transfer, std::uint8_t tag,
                                                            std::uint32_t most);

/// Tags from `first` to `last` and round again.
class TagCounter {
 public:
  constexpr TagCounter(std::uint8_t first, std::uint8_t last) : first_{first}, last_{last}, tag_{last} {}
  [[nodiscard]] static constexpr TagCounter bulk() { return {1, 255}; }
  [[nodiscard]] static constexpr TagCounter status_byte() { return {2, 127}; }

  constexpr std::uint8_t next() {
    tag_ = tag_ == last_ ? first_ : static_cast<std::uint8_t>(tag_ + 1);
    return tag_;
  }
  /// The one that next() gave last.
  [[nodiscard]] constexpr std::uint8_t latest() const { return tag_; }

 private:
  std::uint8_t first_;
  std::uint8_t last_;
  std::uint8_t tag_;
};

// --- Class requests ---

enum class Request : std::uint8_t {
  initiate_abort_bulk_out = 1,
  check_abort_bulk_out = 2,
  initiate_abort_bulk_in = 3,
  check_abort_bulk_in = 4,
  initiate_clear = 5,
  check_clear = 6,
  get_capabilities = 7,
  indicator_pulse = 64,
  read_status_byte = 128,
  ren_control = 160,
  go_to_local = 161,
  local_lockout = 162,
};

/// The set-up stage of a class request: all answer from device to host.
struct Control {
  std::uint8_t request_type = 0;
  Request request{};
  std::uint16_t value = 0;
  std::uint16_t index = 0;   ///< interface, or endpoint of an abort
  std::uint16_t length = 0;  ///< of the answer

  friend bool operator==(const Control&, const Control&) = default;
};

/// Type of a request to an interface and to an endpoint.
inline constexpr std::uint8_t kToInterface = 0xA1;
inline constexpr std::uint8_t kToEndpoint = 0xA2;

[[nodiscard]] Control initiate_abort_bulk_out(std::uint8_t tag, std::uint8_t endpoint);
[[nodiscard]] Control check_abort_bulk_out(std::uint8_t endpoint);
[[nodiscard]] Control initiate_abort_bulk_in(std::uint8_t tag, std::uint8_t endpoint);
[[nodiscard]] Control check_abort_bulk_in(std::uint8_t endpoint);
[[nodiscard]] Control initiate_clear(std::uint8_t interface);
[[nodiscard]] Control check_clear(std::uint8_t interface);
[[nodiscard]] Control get_capabilities(std::uint8_t interface);
/// `tag` 2 to 127.
[[nodiscard]] Control read_status_byte(std::uint8_t tag, std::uint8_t interface);

/// First byte of every answer.
enum class Status : std::uint8_t {
  success = 0x01,
  pending = 0x02,
  interrupt_in_busy = 0x20,
  failed = 0x80,
  not_in_progress = 0x81,
  split_not_in_progress = 0x82,
  split_in_progress = 0x83,
};
/// Its name, or the number of one that is not known.
[[nodiscard]] std::string to_text(Status status);

// Answers. A decoder gives nothing when the answer has not the length that the request has.

/// Of an INITIATE request, to an abort with the tag of the transfer under way.
[[nodiscard]] Bytes encode_initiated(Status status, std::optional<std::uint8_t> tag = {});
[[nodiscard]] std::optional<Status> decode_initiated(ByteView answer, const Control& request);

/// Of a CHECK request: pending, perhaps with data that the host must read first.
struct Progress {
  Status status{};
  bool data_waiting = false;
};
/// `transferred`: bytes before the abort; not part of the answer to a clear.
[[nodiscard]] Bytes encode_progress(const Progress& progress, const Control& request,
                                    std::uint32_t transferred = 0);
[[nodiscard]] std::optional<Progress> decode_progress(ByteView answer, const Control& request);

/// What a device is able to do.
struct Capabilities {
  bool listen_only = false;
  bool talk_only = false;
  bool indicator_pulse = false;
  bool term_char = false;
  // USB488
  bool trigger = false;
  bool remote_enable = false;
  bool ieee_488_2 = false;
  bool device_trigger = false;   ///< DT1
  bool remote_local = false;     ///< RL1
  bool service_request = false;  ///< SR1
  bool scpi = false;

  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};
[[nodiscard]] Bytes encode_capabilities(const Capabilities& capabilities);
/// Also nothing where the status is no success.
[[nodiscard]] std::optional<Capabilities> decode_capabilities(ByteView answer);

/// The answer to READ_STATUS_BYTE. Where there is an interrupt endpoint `byte` means nothing: it comes there.
struct StatusByteAnswer {
  Status status{};
  std::uint8_t tag = 0;
  std::uint8_t byte = 0;
};
[[nodiscard]] Bytes encode_status_byte(const StatusByteAnswer& answer);
[[nodiscard]] std::optional<StatusByteAnswer> decode_status_byte(ByteView answer);

/// What the interrupt endpoint sends, two bytes.
struct Notification {
  /// Of the READ_STATUS_BYTE that is answered; 1: a service request that nobody asked for.
  std::uint8_t tag = 0;
  std::uint8_t status_byte = 0;

  [[nodiscard]] bool is_service_request() const { return tag == 1; }
};
[[nodiscard]] Bytes encode_notification(const Notification& notification);
[[nodiscard]] std::optional<Notification> decode_notification(ByteView packet);

}  // namespace meterbench::usbtmc
