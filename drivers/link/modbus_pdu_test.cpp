#include "drivers/link/modbus_pdu.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

namespace meterbench {
namespace {

using Values = std::vector<std::uint16_t>;
using Request = ModbusLink::Request;

Request read(ModbusFunction function, std::uint16_t address, std::uint16_t count) {
  return {"read", function, address, count, {}, {}};
}
Request write(ModbusFunction function, std::uint16_t address, Values values) {
  return {"write", function, address, 0, std::move(values), {}};
}
std::string outcome(const Request& request, const Bytes& pdu) {
  const auto values = read_reply(request, pdu);
  if (!values) return std::string{to_text(values.error().code)} + ": " + values.error().detail;
  std::string text;
  for (const std::uint16_t value : *values) text += std::to_string(value) + " ";
  return text;
}

// Golden: the F4T's frames and the WAGO's coil in sections 6 and 9 of the instruments' facts; the others are
// the examples of the Modbus Application Protocol V1.1b3, 6.1 to 6.12.
TEST(ModbusRequest, HasTheBytesOfTheSpecification) {
  const auto hex = [](const Request& request) { return hex_text(request_pdu(request)); };
  EXPECT_EQ(hex(read(ModbusFunction::read_coils, 0x13, 0x13)), "01 00 13 00 13");
  EXPECT_EQ(hex(read(ModbusFunction::read_discrete_inputs, 0xC4, 0x16)), "02 00 C4 00 16");
  EXPECT_EQ(hex(read(ModbusFunction::read_holding_registers, 2782, 2)), "03 0A DE 00 02");
  EXPECT_EQ(hex(read(ModbusFunction::read_input_registers, 8, 1)), "04 00 08 00 01");
  EXPECT_EQ(hex(write(ModbusFunction::write_coil, 0, {1})), "05 00 00 FF 00");
  EXPECT_EQ(hex(write(ModbusFunction::write_coil, 0xAC, {0})), "05 00 AC 00 00");
  EXPECT_EQ(hex(write(ModbusFunction::write_register, 0x012C, {0xFE70})), "06 01 2C FE 70");
  EXPECT_EQ(hex(write(ModbusFunction::write_coils, 0x13, {1, 0, 1, 1, 0, 0, 1, 1, 1, 0})),
            "0F 00 13 00 0A 02 CD 01");
  EXPECT_EQ(hex(write(ModbusFunction::write_registers, 2782, {0x0000, 0xC220})),
            "10 0A DE 00 02 04 00 00 C2 20");
}

TEST(ModbusRequest, IsABugWhenItAsksForMoreThanOneFrameCarries) {
  const auto refused = [](const Request& request) {
    EXPECT_THROW(static_cast<void>(request_pdu(request)), std::invalid_argument);
  };
  EXPECT_EQ(request_pdu(read(ModbusFunction::read_holding_registers, 0, 125)).size(), 5U);
  refused(read(ModbusFunction::read_holding_registers, 0, 126));
  refused(read(ModbusFunction::read_input_registers, 0, 0));
  EXPECT_EQ(request_pdu(read(ModbusFunction::read_coils, 0, 2000)).size(), 5U);
  refused(read(ModbusFunction::read_coils, 0, 2001));
  EXPECT_EQ(request_pdu(write(ModbusFunction::write_registers, 0, Values(123))).size(), 252U);
  refused(write(ModbusFunction::write_registers, 0, Values(124)));
  refused(write(ModbusFunction::write_registers, 0, {}));
  EXPECT_EQ(request_pdu(write(ModbusFunction::write_coils, 0, Values(1968))).size(), 252U);
  refused(write(ModbusFunction::write_coils, 0, Values(1969)));
  refused(write(ModbusFunction::write_register, 0, {1, 2}));
  refused(write(ModbusFunction::write_coil, 0, {}));
}

TEST(ModbusReply, GivesRegistersAndBits) {
  EXPECT_EQ(
      outcome(read(ModbusFunction::read_holding_registers, 2782, 2), {0x03, 0x04, 0x00, 0x00, 0x41, 0xB8}),
      "0 16824 ");
  EXPECT_EQ(outcome(read(ModbusFunction::read_coils, 0x13, 10), {0x01, 0x02, 0xCD, 0x01}),
            "1 0 1 1 0 0 1 1 1 0 ");
  EXPECT_EQ(
      outcome(write(ModbusFunction::write_registers, 2782, {0x0000, 0xC220}), {0x10, 0x0A, 0xDE, 0x00, 0x02}),
      "");
  EXPECT_EQ(outcome(write(ModbusFunction::write_coil, 0, {1}), {0x05, 0x00, 0x00, 0xFF, 0x00}), "");
}

TEST(ModbusReply, TellsAnExceptionByNumberAndName) {
  const Request request = write(ModbusFunction::write_registers, 2782, {0x0000, 0xC220});
  EXPECT_EQ(outcome(request, {0x90, 0x02}), "refused: exception 2: Illegal data address");
  EXPECT_EQ(outcome(request, {0x90, 0x06}), "refused: exception 6: Slave device or server is busy");
}

TEST(ModbusReply, IsGarbledWhenItBelongsToAnotherRequest) {
  const Request registers = read(ModbusFunction::read_holding_registers, 2782, 2);
  EXPECT_EQ(outcome(registers, {0x04, 0x04, 0, 0, 0, 0}),
            "garbled: the answer to another function: '04 04 00 00 00 00'");
  EXPECT_EQ(outcome(registers, {0x84, 0x02}), "garbled: the answer to another function: '84 02'");
  EXPECT_EQ(outcome(registers, {0x03, 0x02, 0, 0}), "garbled: the answer to another count: '03 02 00 00'");
  EXPECT_EQ(outcome(registers, {0x03, 0x04, 0, 0}), "garbled: the answer to another count: '03 04 00 00'");
  EXPECT_EQ(outcome(registers, {0x03}), "garbled: the answer to another count: '03'");
  EXPECT_EQ(outcome(registers, {}), "garbled: the answer to another function: ''");
  const std::string echo = "garbled: the answer does not repeat what was to be written: ";
  EXPECT_EQ(outcome(write(ModbusFunction::write_coil, 0, {1}), {0x05, 0, 0, 0, 0}),
            echo + "'05 00 00 00 00'");
  EXPECT_EQ(outcome(write(ModbusFunction::write_coil, 0, {1}), {0x05, 0, 1, 0xFF, 0}),
            echo + "'05 00 01 FF 00'");
  EXPECT_EQ(outcome(write(ModbusFunction::write_registers, 1, {7, 8}), {0x10, 0, 1, 0, 1}),
            echo + "'10 00 01 00 01'");
}

}  // namespace
}  // namespace meterbench
