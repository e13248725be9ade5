// Procedures: begun by a write of ST-07, answered in ST-08 (optical-port.md 6.6).
#pragma once

#include <string>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// A procedure by its number; the manufacturer's have 2048 added.
struct ProcedureRequest {
  std::uint16_t procedure = 0;
  std::uint8_t sequence = 0;  ///< another one each time, so that its answer can be told from an older one
  Bytes parameters;
};
/// ST-07 as it is written; the meter is to answer when it is done.
[[nodiscard]] Bytes encode_st07(const ProcedureRequest& request, const Formats& formats);

/// ST-08.
struct ProcedureResponse {
  std::uint16_t procedure = 0;
  std::uint8_t sequence = 0;
  std::uint8_t result = 0;
  Bytes data;

  [[nodiscard]] bool answers(const ProcedureRequest& request) const {
    return procedure == request.procedure && sequence == request.sequence;
  }
};
[[nodiscard]] Decoded<ProcedureResponse> decode_st08(ByteView table, const Formats& formats);

inline constexpr std::uint8_t kProcedureDone = 0;
inline constexpr std::uint8_t kProcedureUnderWay = 1;  ///< accepted, not finished
/// `unknown procedure (6)`; a refusal for want of rights in the words of response code isc.
[[nodiscard]] std::string procedure_result_text(std::uint8_t result);

/// `SP-09`, `MP-00`
[[nodiscard]] std::string procedure_name(std::uint16_t procedure);

}  // namespace meterbench::c1219
