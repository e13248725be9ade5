// For tests: the optical server of a meter on a board, on a line without delay, and a client that talks to
// it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/optical_server.h"
#include "drivers/virtual_lab/meter/firmware/packet_check.h"
#include "tests/support/optical_packets.h"
#include "tests/support/recorded_functions.h"

namespace meterbench::testing {

using Octets = std::vector<std::uint8_t>;

inline Octets operator+(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A packet by the rules of optical-port.md 1 for what has no golden one.
inline Octets packet(const Octets& data, std::uint8_t control = 0, std::uint8_t sequence = 0) {
  Octets bytes{0xEE,
               0,
               control,
               sequence,
               static_cast<std::uint8_t>(data.size() >> 8U),
               static_cast<std::uint8_t>(data.size())};
  bytes = bytes + data;
  firmware::PacketCheck check;
  for (const auto byte : bytes) check.add(byte);
  bytes.push_back(static_cast<std::uint8_t>(check.value()));
  bytes.push_back(static_cast<std::uint8_t>(check.value() >> 8U));
  return bytes;
}

/// Count, content and checksum, as reads answer and writes bring them (optical-port.md 3.2).
inline Octets counted(const Octets& content) {
  Octets data{static_cast<std::uint8_t>(content.size() >> 8U), static_cast<std::uint8_t>(content.size())};
  data = data + content;
  unsigned sum = 0;
  for (const auto byte : content) sum += byte;
  data.push_back(static_cast<std::uint8_t>(0x100 - (sum & 0xFFU)));
  return data;
}
/// What a read of `content` answers.
inline Octets table_data(const Octets& content) { return Octets{0} + counted(content); }

inline Octets full_read(std::uint16_t table) {
  return {0x30, static_cast<std::uint8_t>(table >> 8U), static_cast<std::uint8_t>(table)};
}
inline Octets full_write(std::uint16_t table, const Octets& content) {
  return Octets{0x40, static_cast<std::uint8_t>(table >> 8U), static_cast<std::uint8_t>(table)} +
         counted(content);
}
inline Octets text(std::string_view characters, std::size_t size, char filler) {
  Octets bytes(characters.begin(), characters.end());
  bytes.resize(size, static_cast<std::uint8_t>(filler));
  return bytes;
}
/// The service Security.
inline Octets security(std::string_view password, char filler = '\0') {
  return Octets{0x51} + text(password, 20, filler);
}

inline firmware::IdentityRecord sound_identity() {
  firmware::IdentityRecord record{};
  record.magic = firmware::kIdentityMagic;
  record.layout = firmware::kIdentityLayout;
  record.kt_nanowatthours = 1'000'000'000;
  std::memcpy(record.serial_number, "VIRTUAL-A       ", 16);
  std::memcpy(record.device_id, "METERBENCH SOCKET A ", 20);
  const Octets plate = golden::from_hex(
      "37 2E 32 20 20 20 31 20 20 20 20 20 01 32 53 20 20 20 0C 00 00 32 30 30 20 20 20 33 30 20 20 20 20");
  std::copy(plate.begin(), plate.end(), record.nameplate);
  record.checksum = checksum_of(record);
  return record;
}

/// The passwords of optical-port.md 6.10, and access by `entries`, otherwise by `default_read` and
/// `default_write`.
inline firmware::SecurityRecord secured(std::initializer_list<firmware::AccessEntry> entries,
                                        std::uint8_t default_read = 0, std::uint8_t default_write = 0) {
  firmware::SecurityRecord record{};
  record.magic = firmware::kSecurityMagic;
  record.default_read = default_read;
  record.default_write = default_write;
  const auto add = [&](std::string_view password, std::uint8_t groups) {
    firmware::PasswordEntry& entry = record.password[record.passwords++];
    std::copy(password.begin(), password.end(), entry.password);
    entry.groups = groups;
  };
  add("READER", 0x01);
  add("SHOP", 0x03);
  add("MASTER", 0x07);
  for (const firmware::AccessEntry& entry : entries) record.entry[record.entries++] = entry;
  record.checksum = checksum_of(record);
  return record;
}

inline firmware::ConfigurationRecord sound(firmware::ConfigurationRecord record) {
  record.magic = firmware::kConfigurationMagic;
  record.checksum = checksum_of(record);
  return record;
}

/// What the EEPROM holds; blank records are unsound.
struct Records {
  firmware::IdentityRecord identity = sound_identity();
  firmware::SecurityRecord security{};
  firmware::ConfigurationRecord configuration{};

  void burn(firmware::Board& board) const {
    const auto put = [&](const auto& bytes, std::size_t address) {
      std::ranges::copy(bytes, board.eeprom + address);
    };
    put(std::bit_cast<firmware::IdentityBytes>(identity).bytes, firmware::kIdentityAddress);
    put(std::bit_cast<firmware::SecurityBytes>(security).bytes, firmware::kSecurityAddress);
    put(std::bit_cast<firmware::ConfigurationBytes>(configuration).bytes, firmware::kConfigurationAddress);
  }
};

class OpticalClient {
 public:
  explicit OpticalClient(const Records& records = {}) : board{std::make_unique<firmware::Board>()} {
    records.burn(*board);
    server = std::make_unique<firmware::OpticalServer>(*board, functions, signal);
  }

  // --- Byte by byte ---

  /// Lets time pass; what was said meanwhile.
  Octets pass(double seconds) {
    const std::uint64_t end = now + static_cast<std::uint64_t>(seconds * firmware::kSampleRate);
    Octets said;
    while (true) {
      server->run(now, data);
      firmware::UartByte out;
      while (pop(board->uart_out, out)) said.push_back(static_cast<std::uint8_t>(out.byte));
      const std::uint64_t wake = server->wake();
      EXPECT_GT(wake, now);
      if (now == end) return said;
      now = std::min(end, std::max(wake, now + 1));
    }
  }
  void hear(const Octets& bytes) {
    for (const auto byte : bytes) {
      if (!push(board->uart_in, firmware::UartByte{now, byte, 0})) {
        server->run(now, data);
        ASSERT_TRUE(push(board->uart_in, firmware::UartByte{now, byte, 0}));
      }
    }
  }
  /// What is said within 10 ms of `bytes`.
  Octets tell(const Octets& bytes) {
    hear(bytes);
    return pass(0.01);
  }
  Octets tell(std::string_view hex) { return tell(golden::from_hex(hex)); }
  /// The same, with our acknowledge of it.
  Octets ask(const Octets& request) {
    Octets said = tell(request);
    while (said.size() > 1) {
      const Octets more = tell(golden::from_hex(golden::packets::kAck));
      if (more.empty()) break;
      said = said + more;
    }
    return said;
  }
  Octets ask(std::string_view hex) { return ask(golden::from_hex(hex)); }
  /// A session at 64 bytes and one packet, opened by three of the golden packets: the next toggle is 1.
  void log_on() {
    ask(golden::packets::kIdentify);
    ask(golden::packets::kNegotiate64);
    ask(golden::packets::kLogOn);
  }

  // --- Service by service ---

  /// The data of the response, in packets of any number; empty without a sound one.
  Octets request(const Octets& service) {
    Octets said = ask(packet(service, toggle_ ? 0x20 : 0));
    toggle_ = !toggle_;
    if (said.empty() || said.front() != 0x06) return {};
    said.erase(said.begin());
    Octets response;
    while (said.size() >= 8) {
      const auto length = static_cast<std::ptrdiff_t>(said[4] << 8U | said[5]);
      response.insert(response.end(), said.begin() + 6, said.begin() + 6 + length);
      said.erase(said.begin(), said.begin() + 8 + length);
    }
    return response;
  }
  /// A session of `user` with room for the longest table, without a password.
  void open(std::uint16_t user = 2) {
    toggle_ = false;
    request({0x20});
    request({0x61, 0x02, 0x00, 0xFF, 0x06});
    EXPECT_EQ(request(Octets{0x50, static_cast<std::uint8_t>(user >> 8U), static_cast<std::uint8_t>(user)} +
                      text("BENCH", 10, ' ')),
              Octets{0});
  }
  void open(std::uint16_t user, std::string_view password) {
    open(user);
    EXPECT_EQ(request(security(password)), Octets{0});
  }
  /// The content of a table, or the code of the refusal alone.
  Octets read(std::uint16_t table) {
    const Octets response = request(full_read(table));
    return response.size() < 4 ? response : Octets{response.begin() + 3, response.end() - 1};
  }
  Octets write(std::uint16_t table, const Octets& content) { return request(full_write(table, content)); }

  /// The EEPROM as it is after all writes; when they were asked for must be known.
  Octets eeprom() {
    Octets bytes(board->eeprom, board->eeprom + sizeof board->eeprom);
    firmware::EepromWrite write;
    while (pop(board->eeprom_writes, write)) {
      EXPECT_LE(write.sample, now);
      bytes.at(write.address) = static_cast<std::uint8_t>(write.byte);
    }
    return bytes;
  }

  std::unique_ptr<firmware::Board> board;
  firmware::LedSignal signal;
  std::unique_ptr<firmware::OpticalServer> server;
  RecordedFunctions functions;
  firmware::MeterData data = [] {
    firmware::MeterData d{};
    d.mode = firmware::Mode::metering;
    d.registers.total.pulses[firmware::kDelivered] = 1234;
    d.registers.total.pulses[firmware::kReceived] = 56;
    return d;
  }();
  std::uint64_t now = 100;

 private:
  bool toggle_ = false;
};

}  // namespace meterbench::testing
