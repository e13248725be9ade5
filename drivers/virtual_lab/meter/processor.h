#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "drivers/virtual_lab/meter/firmware/board.h"

namespace meterbench::firmware {
class MeterFirmware;
}

namespace meterbench::virtual_lab {

/// What runs the firmware of one meter on its board, in lock step with the host: between start() and finish()
/// the board is the firmware's, else the host's.
class Processor {
 public:
  virtual ~Processor() = default;

  /// Its memory; stays where it is.
  [[nodiscard]] virtual firmware::Board& board() = 0;
  /// A reset: the firmware begins with what the board holds. Throws FirmwareFailure when it does not.
  virtual void reset() = 0;
  /// The supply is gone: what the firmware knew is lost.
  virtual void stop() = 0;

  /// The board asks for something: more samples, or by its doorbell. May be called again before finish().
  virtual void start() = 0;
  enum class Finished {
    done,
    wants_reset,  ///< it has asked the processor for one
    hangs,        ///< it does not take its samples
  };
  /// Returns when all that was asked for is done. Throws FirmwareFailure when it never will be.
  virtual Finished finish() = 0;
  /// For who gives up on a firmware that hangs: where it does.
  [[nodiscard]] virtual std::string whereabouts() = 0;

  /// Samples that are best given together.
  [[nodiscard]] virtual std::uint32_t handy_block() const = 0;
  /// Whether start() does all of it.
  [[nodiscard]] virtual bool immediate() const = 0;
  /// Whose firmware runs, for the record.
  [[nodiscard]] virtual std::string description() const = 0;
  /// The firmware, where one can look into it; else null.
  [[nodiscard]] virtual const firmware::MeterFirmware* inside() const { return nullptr; }
};

/// Text of the board up to its first 0, of which everything that is no printable UTF-8 is `?`.
[[nodiscard]] std::string board_text(std::string_view text);

/// The firmware that this program was built with, in this process.
[[nodiscard]] std::unique_ptr<Processor> host_processor();

}  // namespace meterbench::virtual_lab
