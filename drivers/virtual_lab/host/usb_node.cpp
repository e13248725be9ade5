#include "drivers/virtual_lab/host/usb_node.h"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <umockdev.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "drivers/link/descriptor.h"
#include "drivers/virtual_lab/host/checked.h"
#include "drivers/virtual_lab/host/usb_descriptors.h"

namespace meterbench::virtual_lab {
namespace {

constexpr std::size_t kSetupBytes = 8;
/// One page, the least that a pipe can hold.
constexpr int kPipeBytes = 4096;

/// Memory of the program that asks. May be read while one of its requests is being answered, and is written
/// back with that answer.
class Memory {
 public:
  Memory() = default;
  /// Takes over one reference.
  explicit Memory(UMockdevIoctlData* data) : data_{data, [](void* object) { g_object_unref(object); }} {}
  explicit Memory(std::shared_ptr<void> data) : data_{std::move(data)} {}

  /// `length` bytes that the pointer at `offset` leads to; nothing when they cannot be read.
  [[nodiscard]] Memory at_pointer(std::size_t offset, std::size_t length) const {
    GError* error = nullptr;
    UMockdevIoctlData* const child = umockdev_ioctl_data_resolve(get(), offset, length, &error);
    g_clear_error(&error);
    return child == nullptr ? Memory{} : Memory{child};
  }
  explicit operator bool() const { return data_ != nullptr; }
  [[nodiscard]] UMockdevIoctlData* get() const { return static_cast<UMockdevIoctlData*>(data_.get()); }
  [[nodiscard]] const std::shared_ptr<void>& shared() const { return data_; }
  [[nodiscard]] std::uint64_t address() const { return get()->client_addr; }
  [[nodiscard]] ByteView bytes() const { return {get()->data, static_cast<std::size_t>(get()->data_len)}; }
  template <class T>
  [[nodiscard]] T as() const {
    T value{};
    std::memcpy(&value, get()->data, sizeof(T));
    return value;
  }
  template <class T>
  void set(std::size_t offset, T value) const {
    std::array<guint8, sizeof(T)> raw{};
    std::memcpy(raw.data(), &value, sizeof(T));
    umockdev_ioctl_data_update(get(), offset, raw.data(), raw.size());
  }
  void set(std::size_t offset, const Bytes& bytes) const {
    Bytes copy = bytes;
    umockdev_ioctl_data_update(get(), offset, copy.data(), static_cast<gint>(copy.size()));
  }

 private:
  std::shared_ptr<void> data_;
};

UsbSetup setup_from(ByteView raw) {
  const auto word = [&](std::size_t at) { return static_cast<std::uint16_t>(raw[at] | raw[at + 1] << 8U); };
  return {raw[0], raw[1], word(2), word(4), word(6)};
}

}  // namespace

class UsbNode::Requests {
 public:
  explicit Requests(const UsbDescription& device)
      : device_{device},
        wake_{checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")},
        exchange_{[this] { (void)::eventfd_write(wake_.get(), 1); },
                  [this](bool ready) { set_ready(ready); }} {}

  void open_pipe(const std::string& path) {
    pipe_ = Descriptor{checked(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC), path)};
    checked(::fcntl(pipe_.get(), F_SETPIPE_SZ, kPipeBytes), path);
    set_ready(false);
  }
  [[nodiscard]] UrbExchange& exchange() { return exchange_; }
  [[nodiscard]] int wake_descriptor() const { return wake_.get(); }

  /// Answers one request; umockdev takes a negative number as the result and `errno` apart.
  void answer(UMockdevIoctlClient* program) {
    const int outcome = outcome_of(program);
    umockdev_ioctl_client_complete(program, outcome < 0 ? -1 : outcome, outcome < 0 ? -outcome : 0);
  }
  void forget(const void* program) {
    exchange_.forget(program);
    release(program);
  }

 private:
  [[nodiscard]] int outcome_of(UMockdevIoctlClient* program);
  [[nodiscard]] int submit(const void* program, const Memory& argument);
  [[nodiscard]] int reap(const void* program, const Memory& argument);
  [[nodiscard]] int claim(const void* program);
  int release(const void* program);
  void set_ready(bool ready);

  UsbDescription device_;
  Descriptor wake_;
  Descriptor pipe_;
  bool full_ = false;
  UrbExchange exchange_;
  const void* claimed_by_ = nullptr;  // of umockdev's thread alone
};

/// Keeps the pipe full while there is nothing to reap.
void UsbNode::Requests::set_ready(bool ready) {
  if (pipe_.get() < 0 || full_ != ready) return;
  full_ = !ready;
  std::array<char, kPipeBytes> bytes{};
  if (ready)
    while (::read(pipe_.get(), bytes.data(), bytes.size()) > 0) continue;
  else
    while (::write(pipe_.get(), bytes.data(), bytes.size()) > 0) continue;
}

int UsbNode::Requests::outcome_of(UMockdevIoctlClient* program) {
  const unsigned long request = umockdev_ioctl_client_get_request(program);
  // Borrowed from the client.
  const Memory argument{
      static_cast<UMockdevIoctlData*>(g_object_ref(umockdev_ioctl_client_get_arg(program)))};
  const bool reaps = request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY;
  if (exchange_.unplugged() && !reaps) return -ENODEV;
  switch (request) {
    case USBDEVFS_GET_CAPABILITIES: {
      const Memory word = argument.at_pointer(0, sizeof(std::uint32_t));
      if (!word) return -EFAULT;
      word.set<std::uint32_t>(0, USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                                     USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT);
      return 0;
    }
    case USBDEVFS_SUBMITURB: return submit(program, argument);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY: return reap(program, argument);
    case USBDEVFS_DISCARDURB: return exchange_.discard(program, argument.as<unsigned long>()) ? 0 : -EINVAL;
    case USBDEVFS_CLAIMINTERFACE:
    case USBDEVFS_DISCONNECT_CLAIM: return claim(program);
    case USBDEVFS_RELEASEINTERFACE: return release(program);
    case USBDEVFS_CLEAR_HALT: {
      const Memory endpoint = argument.at_pointer(0, sizeof(unsigned));
      if (!endpoint) return -EFAULT;
      UsbJob job{.kind = UsbJob::Kind::clear_halt, .program = program, .setup = {}, .data = {}, .memory = {}};
      job.endpoint = static_cast<std::uint8_t>(endpoint.as<unsigned>());
      exchange_.submit(std::move(job));
      return 0;
    }
    case USBDEVFS_SETCONFIGURATION: return claimed_by_ == nullptr ? 0 : -EBUSY;
    case USBDEVFS_SETINTERFACE: return claimed_by_ == program ? 0 : -EINVAL;
    case USBDEVFS_RESET: return 0;
    case USBDEVFS_GETDRIVER:
    case USBDEVFS_IOCTL: return -ENODATA;  // no driver of the kernel is bound
    default: return -ENOTTY;
  }
}

int UsbNode::Requests::claim(const void* program) {
  if (claimed_by_ == program) return 0;
  if (claimed_by_ != nullptr) return -EBUSY;
  claimed_by_ = program;
  exchange_.submit({.kind = UsbJob::Kind::opened, .program = program, .setup = {}, .data = {}, .memory = {}});
  return 0;
}

int UsbNode::Requests::release(const void* program) {
  if (claimed_by_ != program) return -EINVAL;
  claimed_by_ = nullptr;
  exchange_.submit({.kind = UsbJob::Kind::closed, .program = program, .setup = {}, .data = {}, .memory = {}});
  return 0;
}

int UsbNode::Requests::submit(const void* program, const Memory& argument) {
  const Memory memory = argument.at_pointer(0, sizeof(usbdevfs_urb));
  if (!memory) return -EFAULT;
  const auto urb = memory.as<usbdevfs_urb>();
  UsbJob job{.kind = UsbJob::Kind::in,
             .program = program,
             .address = memory.address(),
             .setup = {},
             .endpoint = urb.endpoint,
             .data = {},
             .most = static_cast<std::size_t>(std::max(urb.buffer_length, 0)),
             .memory = memory.shared()};
  const bool control = urb.type == USBDEVFS_URB_TYPE_CONTROL;
  const bool known = std::ranges::any_of(
      device_.endpoints, [&](const UsbDescription::Endpoint& e) { return e.address == urb.endpoint; });
  if (!control && !known) return -ENOENT;
  if (!control && claimed_by_ != program) return -EBUSY;
  if (control || (urb.endpoint & 0x80U) == 0) {
    job.kind = control ? UsbJob::Kind::control : UsbJob::Kind::out;
    if (job.most > 0) {
      const Memory buffer = memory.at_pointer(offsetof(usbdevfs_urb, buffer), job.most);
      if (!buffer) return -EFAULT;
      job.data.assign(buffer.bytes().begin(), buffer.bytes().end());
    }
  }
  job.may_end_with_zero_length_packet = (urb.flags & USBDEVFS_URB_ZERO_PACKET) != 0;
  if (control) {
    if (job.data.size() < kSetupBytes) return -EINVAL;
    job.setup = setup_from(job.data);
    job.data.erase(job.data.begin(), job.data.begin() + kSetupBytes);
    if (is_standard(job.setup)) {
      auto answer = standard_answer(device_, job.setup);
      job.status = answer ? 0 : -EPIPE;
      job.data = std::move(answer).value_or(Bytes{});
      exchange_.answer(std::move(job));
      return 0;
    }
  }
  exchange_.submit(std::move(job));
  return 0;
}

int UsbNode::Requests::reap(const void* program, const Memory& argument) {
  const auto job = exchange_.reap(program);
  if (!job) return exchange_.unplugged() ? -ENODEV : -EAGAIN;
  const Memory memory{job->memory};
  const bool inbound =
      job->kind == UsbJob::Kind::in || (job->kind == UsbJob::Kind::control && job->setup.device_to_host());
  const std::size_t before = job->kind == UsbJob::Kind::control ? kSetupBytes : 0;
  std::size_t actual = job->status == 0 ? job->most - before : 0;  // all of it went out
  if (inbound) {
    actual = job->data.size();
    if (actual > 0) {
      const Memory buffer = memory.at_pointer(offsetof(usbdevfs_urb, buffer), before + actual);
      if (!buffer) return -EFAULT;
      buffer.set(before, job->data);
    }
  }
  memory.set<int>(offsetof(usbdevfs_urb, status), job->status);
  memory.set<int>(offsetof(usbdevfs_urb, actual_length), static_cast<int>(actual));
  const Memory pointer = argument.at_pointer(0, sizeof(void*));
  if (!pointer) return -EFAULT;
  umockdev_ioctl_data_set_ptr(pointer.get(), 0, memory.get());
  return 0;
}

UsbNode::UsbNode(UsbBus& bus, const UsbDescription& device)
    : bus_{bus}, requests_{std::make_shared<Requests>(device)}, handler_{umockdev_ioctl_base_new()} {
  // The signals' own share of the requests lasts until umockdev's thread has let go of the handler.
  using Share = std::shared_ptr<Requests>;
  const auto connect = [&](const char* signal, GCallback callback) {
    g_signal_connect_data(
        handler_, signal, callback, new Share{requests_},
        [](gpointer share, GClosure*) { delete static_cast<Share*>(share); }, GConnectFlags{});
  };
  connect("handle-ioctl", reinterpret_cast<GCallback>(+[](UMockdevIoctlBase*, UMockdevIoctlClient* program,
                                                          gpointer share) -> gboolean {
            (*static_cast<Share*>(share))->answer(program);
            return 1;
          }));
  connect("client-vanished",
          reinterpret_cast<GCallback>(+[](UMockdevIoctlBase*, UMockdevIoctlClient* program, gpointer share) {
            (*static_cast<Share*>(share))->forget(program);
          }));
  place_ = bus_.add(device, handler_,
                    [this](const UsbBus::Place& place) { requests_->open_pipe(place.real_node); });
}

UsbNode::~UsbNode() {
  unplug();
  g_object_unref(handler_);
}

void UsbNode::unplug() {
  if (!std::exchange(plugged_, false)) return;
  requests_->exchange().unplug();
  bus_.remove(place_);
}

UrbExchange& UsbNode::exchange() { return requests_->exchange(); }
int UsbNode::wake_descriptor() const { return requests_->wake_descriptor(); }

void UsbNode::clear_wake() {
  eventfd_t count{};
  (void)::eventfd_read(requests_->wake_descriptor(), &count);
}

}  // namespace meterbench::virtual_lab
