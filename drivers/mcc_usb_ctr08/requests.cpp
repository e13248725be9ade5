#include "drivers/mcc_usb_ctr08/requests.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace meterbench::mcc_usb_ctr08 {
namespace {

constexpr std::uint8_t kVendorOut = 0x40;  // vendor request to the device
constexpr std::uint8_t kVendorIn = 0xC0;

// Codes of the requests.
constexpr std::uint8_t kCounter = 0x10;
constexpr std::uint8_t kMode = 0x11;
constexpr std::uint8_t kOptions = 0x12;
constexpr std::uint8_t kDebounce = 0x13;
constexpr std::uint8_t kGate = 0x14;
constexpr std::uint8_t kScanList = 0x20;
constexpr std::uint8_t kScanStart = 0x21;
constexpr std::uint8_t kScanStop = 0x22;
constexpr std::uint8_t kClearFifo = 0x23;
constexpr std::uint8_t kBulkFlush = 0x24;
constexpr std::uint8_t kStatus = 0x40;
constexpr std::uint8_t kSerialNumber = 0x48;

constexpr std::size_t kScanListBytes = 33;
constexpr double kPacerClock = 96e6;  // Hz
constexpr std::uint16_t kFlushes = 5;

constexpr std::uint16_t kTotalize = 0;
constexpr std::uint16_t kCountRisingEdgesUp = 0;
constexpr std::uint16_t kNoDebounce = 0;
constexpr std::uint16_t kTriggerBeforeStable = 0x20;
/// Settings 1 to 8 are 500 ns to 127.5 µs, 9 to 16 are 100 µs to 25.5 ms: both (2ⁿ − 1) of their first.
constexpr std::array kFirstDebounce{Duration{500}, Duration{100'000}};
constexpr unsigned kDebounceSettings = 8;  // of each
constexpr std::uint16_t kGateOff = 0;
constexpr std::uint8_t kClearCountersAtStart = 0;

Request to_device(std::string text, std::uint8_t code, std::uint16_t value, int index, Bytes data = {}) {
  const auto length = static_cast<std::uint16_t>(data.size());
  return {
      std::move(text), {kVendorOut, code, value, static_cast<std::uint16_t>(index), length}, std::move(data)};
}

Request from_device(std::string text, std::uint8_t code, std::uint16_t length) {
  return {std::move(text), {kVendorIn, code, 0, 0, length}, {}};
}

Request clear_fifo_request() { return to_device("clear FIFO", kClearFifo, 0, 0); }

std::uint8_t scan_entry(int input, unsigned bank) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(input) | (bank << 3U));
}

void append_u32(Bytes& bytes, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(number >> shift));
}

void append_input(Requests& requests, int input, std::uint16_t debounce) {
  const auto name = [&](std::string_view what) { return fmt::format("{} of input {}", what, input); };
  requests.push_back(to_device(name("mode"), kMode, kTotalize, input));
  requests.push_back(to_device(name("options"), kOptions, kCountRisingEdgesUp, input));
  requests.push_back(to_device(name("debounce"), kDebounce, debounce, input));
  requests.push_back(to_device(name("gate"), kGate, kGateOff, input));
  requests.push_back(to_device(name("count"), kCounter, 0, input, Bytes(8, 0)));
}

}  // namespace

std::uint16_t debounce_setting(Duration time) {
  if (time < Duration{}) throw std::invalid_argument{"a debounce time below zero"};
  if (time == Duration{}) return kNoDebounce;
  for (unsigned setting = 1; setting <= 2 * kDebounceSettings; ++setting) {
    const unsigned range = (setting - 1) / kDebounceSettings;
    const unsigned n = (setting - 1) % kDebounceSettings + 1;
    if (((1U << n) - 1) * kFirstDebounce.at(range) >= time)
      return static_cast<std::uint16_t>(kTriggerBeforeStable | setting);
  }
  throw std::invalid_argument{"a debounce time above 25.5 ms"};
}

Request serial_number_request() { return from_device("serial number", kSerialNumber, 8); }

Request status_request() { return from_device("status", kStatus, 2); }

Request stop_request() { return to_device("stop scan", kScanStop, 0, 0); }

Requests opening_requests(const PulseCounter::Inputs& inputs, const ScanSettings& settings) {
  Requests requests{stop_request(), clear_fifo_request()};
  append_input(requests, inputs.reference, kNoDebounce);
  for (const int led : inputs.leds) append_input(requests, led, settings.led_debounce);

  Bytes list{scan_entry(inputs.reference, 0), scan_entry(inputs.reference, 1)};
  for (const int led : inputs.leds) list.push_back(scan_entry(led, 0));
  const int last = static_cast<int>(list.size()) - 1;
  list.resize(kScanListBytes, 0);
  requests.push_back(to_device("scan list", kScanList, 0, last, std::move(list)));

  Bytes start;
  append_u32(start, 0);  // number of scans: without end
  append_u32(start, 0);  // retrigger: none
  append_u32(start, static_cast<std::uint32_t>(kPacerClock * in_seconds(settings.period)) - 1);
  start.push_back(static_cast<std::uint8_t>(settings.packet_samples - 1));
  start.push_back(kClearCountersAtStart);
  requests.push_back(to_device("start scan", kScanStart, 0, 0, std::move(start)));
  return requests;
}

Requests closing_requests() {
  return {stop_request(), clear_fifo_request(), to_device("flush", kBulkFlush, kFlushes, 0)};
}

}  // namespace meterbench::mcc_usb_ctr08
