#pragma once

#include <cstdint>
#include <vector>

#include "bench/station/reference_standard.h"
#include "drivers/link/byte_link.h"
#include "drivers/protocol/radian/framing.h"

namespace meterbench::radian_rd3x {

/// A Radian RD-3x on a serial line of 57600 baud, 8N1. Elements A and B are circuits 1 and 2. What is known
/// of the instrument stands in quirks.md.
///
/// Opens its link whenever it is needed. A question that changes nothing and ends without a sound answer is
/// asked once more over the reopened link: a standard cannot energise anything. What sets the instrument is
/// never repeated.
class RadianReference final : public ReferenceStandard {
 public:
  /// `pulse`: the energy of one output pulse that prepare() sets. Throws std::invalid_argument when it is not
  /// positive. The link must outlive the driver, which closes it.
  RadianReference(ByteLink& link, ActiveEnergy pulse,
                  ReferenceDefinition definition = ReferenceDefinition::two_element);
  ~RadianReference() override;

  [[nodiscard]] ReferenceDefinition definition() const override { return definition_; }
  void start_identify(Done<std::string> done) override;
  /// The ranges follow the load by themselves; no command that locks them is known.
  void start_prepare(const LoadPoint& point, Done<ActiveEnergy> done) override;
  void start_read(Done<ReferenceReading> done) override;

 private:
  struct Question {
    std::string text;
    radian::Packet packet;
    Bytes data;
  };
  using Answers = std::vector<radian::Frame>;  ///< one for each question, none an error acknowledge
  enum class Repeat { never, once };

  static Question instantaneous(std::string text, radian::Metric metric);
  /// All questions through the link's queue at once.
  void ask(const std::vector<Question>& questions, Repeat repeat, Done<Answers> done);
  void ask_once(const std::vector<Question>& questions, Done<Answers> done);
  [[nodiscard]] Result<ActiveEnergy> accepted_pulse(const radian::Frame& answer) const;
  [[nodiscard]] Result<ReferenceReading> reading_of(const Answers& answers) const;

  ByteLink& link_;
  ActiveEnergy pulse_;
  ReferenceDefinition definition_;
};

}  // namespace meterbench::radian_rd3x
