// What an optical port, its probe or its line can do wrong (optical-port.md 9.7), between a meter's port and
// whoever reads it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drivers/far_end/far_end.h"
#include "drivers/virtual_lab/world/fault_script.h"

namespace meterbench::virtual_lab {

/// A command is a request packet; its repetition is none. Faults:
///
/// `nak`               the next request is refused once, unseen by the meter
/// `bad_crc`           the next packet of the meter arrives damaged, once
/// `drop_ack`          the meter's next acknowledge is lost
/// `response_twice`    its next packet comes twice
/// `slow_answer`       its next packet comes after 1.2 s
/// `late_answer`       its next packet comes after 7 s; what it says meanwhile is lost
/// `bad_checksum`      the next table comes with a wrong checksum in a good packet
/// `short_table`       the next table lacks its last byte
/// `junk`              two bytes of noise before its next packet
/// `cut_packet`        its next packet stops in the middle
/// `busy`              the next two requests are answered `bsy`, unseen by the meter
/// `early_time_out`    the meter seems to be in base state: `isss` to all until it is identified anew
/// `refuse_negotiate`  the next Negotiate is answered `sns`
/// `small_packets`     the next Negotiate comes to packets of 32 bytes
/// `echo`              from now on the probe returns all that is sent to it
/// `identity_05`       from now on the meter's packets bear the identity 05h
/// `swapped_crc`       from now on their check has its bytes swapped
/// `changed_nameplate` from now on the last character of the form in ST-02, read whole in one packet, is `*`
/// `silent`            from now on nothing is said any more, nor heard
class FaultyPort final : public FarEnd {
 public:
  /// `port` must outlive this.
  FaultyPort(FarEnd& port, FaultScript faults) : port_{port}, script_{std::move(faults)} {}

  [[nodiscard]] static const std::vector<std::string>& faults();

  void opened(Instant now) override;
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override;
  void on_time(Instant now, Bytes& reply) override;
  [[nodiscard]] std::optional<Instant> next_event() const override;
  void closed(Instant now) override;

 private:
  void take_due(Instant now);
  void arm(const std::string& fault);
  [[nodiscard]] bool armed(const std::string& fault) const { return armed_.contains(fault); }
  /// Whether `fault` is armed; it happens now, once.
  [[nodiscard]] bool spend(const std::string& fault) { return armed_.erase(fault) > 0; }

  void take_request(Bytes packet, Bytes& forward, Bytes& reply);
  [[nodiscard]] std::optional<std::uint8_t> own_answer(std::uint8_t service);
  void answer_as_meter(std::uint8_t code, Bytes& reply);
  void pass_on(Instant now, ByteView said, Bytes& reply);
  [[nodiscard]] Bytes distorted(Bytes packet);

  FarEnd& port_;
  FaultScript script_;
  std::set<std::string> armed_;
  int busy_left_ = 0;
  bool in_base_ = false;
  Bytes collected_;  // of a request, not passed on yet
  Instant heard_{};  // its last byte
  Bytes last_request_;
  bool nameplate_asked_ = false;  // by it
  std::uint8_t toggle_ = 0;       // of the last packet from the meter
  Bytes held_;                    // said, and to be heard at held_until_
  Instant held_until_{};
};

}  // namespace meterbench::virtual_lab
