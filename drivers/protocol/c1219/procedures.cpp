#include "drivers/protocol/c1219/procedures.h"

#include <fmt/format.h>

#include <array>

namespace meterbench::c1219 {
namespace {

constexpr std::size_t kAroundData = 4;  // procedure, sequence, result

}  // namespace

Bytes encode_st07(const ProcedureRequest& request, const Formats& formats) {
  const auto low = static_cast<std::uint8_t>(request.procedure);
  const auto high = static_cast<std::uint8_t>(request.procedure >> 8U);
  Bytes table = formats.big_endian ? Bytes{high, low} : Bytes{low, high};
  table.push_back(request.sequence);
  table.insert(table.end(), request.parameters.begin(), request.parameters.end());
  return table;
}

Decoded<ProcedureResponse> decode_st08(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ProcedureResponse result;
  result.procedure = reader.u16();
  result.sequence = reader.u8();
  result.result = reader.u8();
  if (!reader.failure()) result.data = reader.bytes(table.size() - kAroundData);
  return finished(reader, "ST-08", std::move(result));
}

std::string procedure_result_text(std::uint8_t result) {
  constexpr std::array<const char*, 7> kResults{"done",
                                                "accepted, not finished",
                                                "bad parameter",
                                                "in conflict with its set-up",
                                                "not at this time",
                                                "insufficient security clearance: no authorization",
                                                "unknown procedure"};
  return fmt::format("{} ({})",
                     result < kResults.size() ? kResults[result] : "a result that no document tells", result);
}

std::string procedure_name(std::uint16_t procedure) {
  constexpr std::uint16_t kManufacturer = 2048;
  return fmt::format("{}P-{:02}", (procedure & kManufacturer) != 0 ? 'M' : 'S', procedure % kManufacturer);
}

}  // namespace meterbench::c1219
