#include "drivers/virtual_lab/host/usb_descriptors.h"

#include <algorithm>
#include <array>

namespace meterbench::virtual_lab {
namespace {

enum DescriptorType : std::uint8_t {
  kDevice = 1,
  kConfiguration = 2,
  kString = 3,
  kInterface = 4,
  kEndpoint = 5
};
enum StandardRequest : std::uint8_t {
  kGetStatus = 0,
  kGetDescriptor = 6,
  kGetConfiguration = 8,
  kGetInterface = 10
};
enum StringIndex : std::uint8_t { kLanguages = 0, kManufacturer = 1, kProduct = 2, kSerialNumber = 3 };

constexpr std::size_t kDeviceLength = 18;
constexpr std::uint8_t kInterruptInterval = 9;  ///< every 2^8 microframes, 32 ms: `made`

std::uint8_t low(std::size_t word) { return static_cast<std::uint8_t>(word & 0xFFU); }
std::uint8_t high(std::size_t word) { return static_cast<std::uint8_t>(word >> 8U); }

void append(Bytes& bytes, std::initializer_list<std::uint8_t> more) {
  for (const std::uint8_t byte : more) bytes.push_back(byte);
}

Bytes device_descriptor(const UsbDescription& d) {
  return {kDeviceLength,
          kDevice,
          0x00,
          0x02,  // USB 2.0
          0,
          0,
          0,
          64,  // class: each interface has its own; packets of endpoint 0
          low(d.vendor),
          high(d.vendor),
          low(d.product),
          high(d.product),
          0x00,
          0x01,  // release 1.00
          kManufacturer,
          kProduct,
          kSerialNumber,
          1};
}

Bytes configuration_descriptor(const UsbDescription& d) {
  const std::size_t length = 9 + 9 + 7 * d.endpoints.size();
  Bytes bytes{9, kConfiguration, low(length), high(length), 1, 1, 0, 0xC0 /* self-powered */, 0};
  append(bytes, {9, kInterface, 0, 0, low(d.endpoints.size()), d.interface_class, d.interface_subclass,
                 d.interface_protocol, 0});
  for (const UsbDescription::Endpoint& e : d.endpoints) {
    const bool interrupt = e.kind == UsbDescription::Endpoint::Kind::interrupt;
    append(bytes, {7, kEndpoint, e.address, interrupt ? std::uint8_t{3} : std::uint8_t{2}, low(e.most_packet),
                   high(e.most_packet), interrupt ? kInterruptInterval : std::uint8_t{0}});
  }
  return bytes;
}

std::optional<Bytes> full_answer(const UsbDescription& device, const UsbSetup& setup) {
  if (!setup.device_to_host()) return Bytes{};  // SET_CONFIGURATION and the like: the host system does them
  switch (setup.request) {
    case kGetStatus: return Bytes{1, 0};  // self-powered; of an endpoint, bit 0 would be a halt
    case kGetConfiguration: return Bytes{1};
    case kGetInterface: return Bytes{0};
    case kGetDescriptor: break;
    default: return std::nullopt;
  }
  switch (high(setup.value)) {
    case kDevice: return device_descriptor(device);
    case kConfiguration:
      return low(setup.value) == 0 ? std::optional{configuration_descriptor(device)} : std::nullopt;
    case kString: return string_descriptor(device, low(setup.value));
    default: return std::nullopt;
  }
}

}  // namespace

Bytes descriptors_of(const UsbDescription& device) {
  Bytes bytes = device_descriptor(device);
  const Bytes configuration = configuration_descriptor(device);
  bytes.insert(bytes.end(), configuration.begin(), configuration.end());
  return bytes;
}

std::optional<Bytes> string_descriptor(const UsbDescription& device, std::uint8_t index) {
  if (index == kLanguages) return Bytes{4, kString, 0x09, 0x04};  // English (United States)
  const std::array<const std::string*, 3> texts{&device.manufacturer, &device.name, &device.serial};
  if (index > texts.size()) return std::nullopt;
  // UTF-16 of ASCII; the length byte leaves room for 126 characters.
  const std::string text = texts.at(index - 1U)->substr(0, 126);
  Bytes bytes{low(2 + 2 * text.size()), kString};
  for (const char c : text) append(bytes, {static_cast<std::uint8_t>(c), 0});
  return bytes;
}

std::optional<Bytes> standard_answer(const UsbDescription& device, const UsbSetup& setup) {
  auto answer = full_answer(device, setup);
  if (answer) answer->resize(std::min<std::size_t>(answer->size(), setup.length));
  return answer;
}

bool is_high_speed(const UsbDescription& device) {
  return std::ranges::any_of(device.endpoints, [](const auto& e) { return e.most_packet > 64; });
}

}  // namespace meterbench::virtual_lab
