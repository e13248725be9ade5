#include "drivers/link/libusb_session.h"

#include <libusb-1.0/libusb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "drivers/link/libusb_descriptors.h"

namespace meterbench {
namespace {

/// A system that does not give a cancelled transfer back by then has lost it.
constexpr auto kReapingLimit = std::chrono::seconds{1};

/// The interface that this program talks to, and where it lies.
struct ChosenInterface {
  int configuration = 0;
  int number = 0;
  UsbDescription description;  // its class and endpoints
};

std::string text_of(int error) { return libusb_strerror(error); }

UsbDescription describe(const libusb_interface_descriptor& interface) {
  UsbDescription description;
  description.interface_class = interface.bInterfaceClass;
  description.interface_subclass = interface.bInterfaceSubClass;
  description.interface_protocol = interface.bInterfaceProtocol;
  for (int i = 0; i < interface.bNumEndpoints; ++i) {
    const libusb_endpoint_descriptor& endpoint = interface.endpoint[i];
    const int kind = endpoint.bmAttributes & LIBUSB_TRANSFER_TYPE_MASK;
    if (kind != LIBUSB_TRANSFER_TYPE_BULK && kind != LIBUSB_TRANSFER_TYPE_INTERRUPT) continue;
    description.endpoints.push_back({endpoint.bEndpointAddress,
                                     kind == LIBUSB_TRANSFER_TYPE_BULK
                                         ? UsbDescription::Endpoint::Kind::bulk
                                         : UsbDescription::Endpoint::Kind::interrupt,
                                     static_cast<std::uint16_t>(endpoint.wMaxPacketSize & 0x7FFU)});
  }
  return description;
}

/// The USBTMC interface of any configuration, else the first interface of the first.
std::optional<ChosenInterface> choose_interface(libusb_device* device, std::uint8_t configurations) {
  std::optional<ChosenInterface> first;
  for (std::uint8_t c = 0; c < configurations; ++c) {
    libusb_config_descriptor* raw = nullptr;
    if (libusb_get_config_descriptor(device, c, &raw) != 0) continue;
    const std::unique_ptr<libusb_config_descriptor, decltype(&libusb_free_config_descriptor)> config{
        raw, &libusb_free_config_descriptor};
    for (int i = 0; i < config->bNumInterfaces; ++i) {
      if (config->interface[i].num_altsetting < 1) continue;
      const libusb_interface_descriptor& interface = config->interface[i].altsetting[0];
      ChosenInterface chosen{config->bConfigurationValue, interface.bInterfaceNumber, describe(interface)};
      if (is_test_and_measurement(interface)) return chosen;
      if (!first) first = std::move(chosen);
    }
  }
  return first;
}

std::string cure_for_access(const UsbDeviceId& id) {
  return fmt::format(
      "no permission for USB device {:04x}:{:04x}: add a udev rule, "
      "SUBSYSTEM==\"usb\", ATTR{{idVendor}}==\"{:04x}\", ATTR{{idProduct}}==\"{:04x}\", MODE=\"0660\", "
      "GROUP=\"plugdev\", join that group and plug the device in again",
      id.vendor, id.product, id.vendor, id.product);
}

}  // namespace

std::string UsbDeviceId::text() const {
  return fmt::format("{:04x}:{:04x}{}", vendor, product,
                     serial.empty() ? "" : " with serial number " + serial);
}

/// One transfer within libusb.
struct LibusbSession::Flight {
  Flight(LibusbSession& owner, std::uint64_t number, Bytes bytes)
      : session{owner}, serial{number}, buffer{std::move(bytes)}, transfer{libusb_alloc_transfer(0)} {
    if (transfer == nullptr) throw std::bad_alloc{};
  }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() { libusb_free_transfer(transfer); }

  /// Called by libusb from within handle_events(), where little is allowed.
  static void LIBUSB_CALL on_landing(libusb_transfer* transfer) {
    auto& flight = *static_cast<Flight*>(transfer->user_data);
    flight.session.landed_.push_back({flight.serial, as(transfer->status), flight.received()});
    flight.landed = true;
  }

  LibusbSession& session;
  std::uint64_t serial;
  Bytes buffer;
  libusb_transfer* transfer;
  bool landed = false;

 private:
  static Landed::As as(libusb_transfer_status status) {
    switch (status) {
      case LIBUSB_TRANSFER_COMPLETED: return Landed::As::done;
      case LIBUSB_TRANSFER_STALL: return Landed::As::stalled;
      case LIBUSB_TRANSFER_CANCELLED: return Landed::As::cancelled;
      case LIBUSB_TRANSFER_NO_DEVICE: return Landed::As::device_gone;
      case LIBUSB_TRANSFER_OVERFLOW: return Landed::As::overflow;
      default: return Landed::As::bus_error;
    }
  }
  [[nodiscard]] Bytes received() const {
    const bool control = transfer->type == LIBUSB_TRANSFER_TYPE_CONTROL;
    const std::uint8_t direction = control ? buffer.front() : transfer->endpoint;
    if ((direction & LIBUSB_ENDPOINT_IN) == 0) return {};
    const auto begin = buffer.begin() + (control ? static_cast<int>(LIBUSB_CONTROL_SETUP_SIZE) : 0);
    return {begin, begin + transfer->actual_length};
  }
};

Result<std::unique_ptr<LibusbSession>> LibusbSession::open(const std::string& device, const UsbDeviceId& id) {
  std::unique_ptr<LibusbSession> session{new LibusbSession};
  if (const int error = libusb_init(&session->context_); error != 0)
    return fault(Errc::disconnected, device, "open", "USB cannot be used: " + text_of(error));
  if (auto found = session->find(device, id); !found) return tl::unexpected<Fault>{std::move(found).error()};
  if (auto claimed = session->claim(device); !claimed)
    return tl::unexpected<Fault>{std::move(claimed).error()};
  session->notice_unplugging();
  return session;
}

LibusbSession::~LibusbSession() {
  end();
  if (context_ != nullptr) libusb_exit(context_);
}

Result<void> LibusbSession::find(const std::string& device, const UsbDeviceId& id) {
  libusb_device** list = nullptr;
  const ssize_t count = libusb_get_device_list(context_, &list);
  const auto free_list = [](libusb_device** l) {
    if (l != nullptr) libusb_free_device_list(l, 1);
  };
  const std::unique_ptr<libusb_device*, decltype(free_list)> owner{list, free_list};
  std::vector<std::string> others;
  int worst = 0;
  for (ssize_t i = 0; i < count; ++i) {
    libusb_device_descriptor descriptor{};
    if (libusb_get_device_descriptor(list[i], &descriptor) != 0) continue;
    if (descriptor.idVendor != id.vendor || descriptor.idProduct != id.product) continue;
    libusb_device_handle* handle = nullptr;
    if (const int error = libusb_open(list[i], &handle); error != 0) {
      worst = error;
      continue;
    }
    const std::string serial = usb_text(handle, descriptor.iSerialNumber);
    if (!id.serial.empty() && serial != id.serial) {
      others.push_back(serial);
      libusb_close(handle);
      continue;
    }
    handle_ = handle;
    description_.vendor = descriptor.idVendor;
    description_.product = descriptor.idProduct;
    description_.manufacturer = usb_text(handle, descriptor.iManufacturer);
    description_.name = usb_text(handle, descriptor.iProduct);
    description_.serial = serial;
    return {};
  }
  if (worst == LIBUSB_ERROR_ACCESS) return fault(Errc::refused, device, "open", cure_for_access(id));
  if (worst != 0) return fault(Errc::disconnected, device, "open", id.text() + ": " + text_of(worst));
  return fault(
      Errc::disconnected, device, "open",
      fmt::format("no USB device {} is attached{}", id.text(),
                  others.empty() ? "; is it switched on and plugged in?"
                                 : fmt::format("; there is serial number {}", fmt::join(others, ", "))));
}

Result<void> LibusbSession::claim(const std::string& device) {
  libusb_device* const place = libusb_get_device(handle_);
  libusb_device_descriptor descriptor{};
  libusb_get_device_descriptor(place, &descriptor);
  auto chosen = choose_interface(place, descriptor.bNumConfigurations);
  if (!chosen) return fault(Errc::garbled, device, "open", "the device has no interface");
  description_.interface_class = chosen->description.interface_class;
  description_.interface_subclass = chosen->description.interface_subclass;
  description_.interface_protocol = chosen->description.interface_protocol;
  description_.endpoints = std::move(chosen->description.endpoints);
  interface_ = chosen->number;

  // A driver of the kernel (usbtmc) gives way now and comes back when we close. Not every system has that.
  (void)libusb_set_auto_detach_kernel_driver(handle_, 1);
  // Only where it differs: setting it anew resets the device.
  int configuration = 0;
  int error = libusb_get_configuration(handle_, &configuration);
  if (error == 0 && configuration != chosen->configuration) {
    (void)libusb_detach_kernel_driver(handle_, interface_);
    error = libusb_set_configuration(handle_, chosen->configuration);
  }
  if (error == 0) error = libusb_claim_interface(handle_, interface_);
  if (error == 0) return {};
  const bool busy = error == LIBUSB_ERROR_BUSY;
  return fault(busy ? Errc::refused : Errc::disconnected, device, "open",
               busy ? "another program uses the device: end it, then try again"
                    : "the device cannot be claimed: " + text_of(error));
}

void LibusbSession::notice_unplugging() {
  if (libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) == 0) return;  // then its transfers tell
  const auto left = [](libusb_context*, libusb_device* device, libusb_hotplug_event, void* session) -> int {
    auto& self = *static_cast<LibusbSession*>(session);
    if (self.handle_ != nullptr && device == libusb_get_device(self.handle_)) self.unplugged_ = true;
    return 0;
  };
  // It ends with the context, which is ours alone.
  (void)libusb_hotplug_register_callback(context_, LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, LIBUSB_HOTPLUG_NO_FLAGS,
                                         description_.vendor, description_.product, LIBUSB_HOTPLUG_MATCH_ANY,
                                         left, this, nullptr);
}

const UsbDescription::Endpoint* LibusbSession::endpoint(std::uint8_t address) const {
  const auto found = std::ranges::find(description_.endpoints, address, &UsbDescription::Endpoint::address);
  return found == description_.endpoints.end() ? nullptr : &*found;
}

std::vector<LibusbSession::Watched> LibusbSession::watched() const {
  std::vector<Watched> result;
  const libusb_pollfd** const list = libusb_get_pollfds(context_);
  for (const libusb_pollfd** entry = list; entry != nullptr && *entry != nullptr; ++entry)
    result.push_back({(*entry)->fd, (*entry)->events});
  libusb_free_pollfds(list);
  return result;
}

LibusbSession::Flight& LibusbSession::new_flight(std::uint64_t serial, Bytes buffer) {
  return flights_.emplace_back(*this, serial, std::move(buffer));
}

bool LibusbSession::submit(Flight& flight) {
  if (libusb_submit_transfer(flight.transfer) == 0) return true;
  flights_.remove_if([&](const Flight& other) { return &other == &flight; });
  return false;
}

bool LibusbSession::submit_control(std::uint64_t serial, const UsbSetup& setup, ByteView data) {
  const std::size_t stage = setup.device_to_host() ? setup.length : data.size();
  Flight& flight = new_flight(serial, Bytes(LIBUSB_CONTROL_SETUP_SIZE + stage));
  libusb_fill_control_setup(flight.buffer.data(), setup.request_type, setup.request, setup.value, setup.index,
                            static_cast<std::uint16_t>(stage));
  std::ranges::copy(data, flight.buffer.begin() + static_cast<int>(LIBUSB_CONTROL_SETUP_SIZE));
  libusb_fill_control_transfer(flight.transfer, handle_, flight.buffer.data(), &Flight::on_landing, &flight,
                               0);
  return submit(flight);
}

bool LibusbSession::submit_out(std::uint64_t serial, const UsbDescription::Endpoint& endpoint, Bytes data) {
  Flight& flight = new_flight(serial, std::move(data));
  const auto fill = endpoint.kind == UsbDescription::Endpoint::Kind::bulk ? &libusb_fill_bulk_transfer
                                                                          : &libusb_fill_interrupt_transfer;
  fill(flight.transfer, handle_, endpoint.address, flight.buffer.data(),
       static_cast<int>(flight.buffer.size()), &Flight::on_landing, &flight, 0);
  flight.transfer->flags = LIBUSB_TRANSFER_ADD_ZERO_PACKET;
  return submit(flight);
}

bool LibusbSession::submit_in(std::uint64_t serial, const UsbDescription::Endpoint& endpoint,
                              std::size_t most) {
  Flight& flight = new_flight(serial, Bytes(most));
  const auto fill = endpoint.kind == UsbDescription::Endpoint::Kind::bulk ? &libusb_fill_bulk_transfer
                                                                          : &libusb_fill_interrupt_transfer;
  fill(flight.transfer, handle_, endpoint.address, flight.buffer.data(), static_cast<int>(most),
       &Flight::on_landing, &flight, 0);
  return submit(flight);
}

void LibusbSession::cancel(std::uint64_t serial) {
  for (Flight& flight : flights_)
    if (flight.serial == serial && !flight.landed) libusb_cancel_transfer(flight.transfer);
}

tl::expected<void, std::string> LibusbSession::clear_halt(std::uint8_t endpoint) {
  const int error = libusb_clear_halt(handle_, endpoint);
  if (error == 0) return {};
  return tl::unexpected{text_of(error)};
}

void LibusbSession::handle_events(long microseconds) {
  timeval limit{0, microseconds};
  (void)libusb_handle_events_timeout_completed(context_, &limit, nullptr);
}

std::vector<LibusbSession::Landed> LibusbSession::events() {
  if (handle_ == nullptr) return {};
  handle_events(0);
  flights_.remove_if([](const Flight& flight) { return flight.landed; });
  return std::exchange(landed_, {});
}

void LibusbSession::end() {
  if (handle_ == nullptr) return;
  for (Flight& flight : flights_)
    if (!flight.landed) libusb_cancel_transfer(flight.transfer);
  const auto limit = std::chrono::steady_clock::now() + kReapingLimit;
  while (!std::ranges::all_of(flights_, &Flight::landed) && std::chrono::steady_clock::now() < limit)
    handle_events(10'000);
  (void)libusb_release_interface(handle_, interface_);
  // The kernel lets go of every buffer with its device handle, given back or not.
  libusb_close(handle_);
  handle_ = nullptr;
  flights_.clear();
  landed_.clear();
}

}  // namespace meterbench
