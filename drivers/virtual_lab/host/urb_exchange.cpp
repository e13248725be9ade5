#include "drivers/virtual_lab/host/urb_exchange.h"

#include <algorithm>
#include <cerrno>

namespace meterbench::virtual_lab {
namespace {

/// Nobody waits for its end.
bool is_notice(const UsbJob& job) {
  return job.kind == UsbJob::Kind::opened || job.kind == UsbJob::Kind::closed ||
         job.kind == UsbJob::Kind::clear_halt;
}

}  // namespace

UrbExchange::UrbExchange(std::function<void()> wake_device, std::function<void(bool)> tell_programs)
    : wake_device_{std::move(wake_device)}, tell_programs_{std::move(tell_programs)} {}

void UrbExchange::submit(UsbJob job) {
  const std::scoped_lock lock{mutex_};
  if (unplugged_) return;
  open_.push_back({std::move(job)});
  wake_device_();
}

void UrbExchange::answer(UsbJob job) {
  const std::scoped_lock lock{mutex_};
  done_.push_back(std::move(job));
  tell();
}

std::optional<UsbJob> UrbExchange::reap(const void* program) {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find(done_, program, &UsbJob::program);
  if (found == done_.end()) return std::nullopt;
  UsbJob job = std::move(*found);
  done_.erase(found);
  tell();
  return job;
}

bool UrbExchange::discard(const void* program, std::uint64_t address) {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find_if(open_, [&](const Entry& entry) {
    return entry.job.program == program && entry.job.address == address && !is_notice(entry.job);
  });
  if (found == open_.end()) return false;
  if (found->held)
    found->discarded = true;
  else
    move_to_done(found, -ENOENT);
  return true;
}

void UrbExchange::forget(const void* program) {
  const std::scoped_lock lock{mutex_};
  for (Entry& entry : open_)
    if (entry.job.program == program && entry.held) entry.orphaned = true;
  open_.remove_if([&](const Entry& e) { return e.job.program == program && !e.held && !is_notice(e.job); });
  done_.remove_if([&](const UsbJob& job) { return job.program == program; });
  tell();
}

bool UrbExchange::unplugged() const {
  const std::scoped_lock lock{mutex_};
  return unplugged_;
}

UsbJob* UrbExchange::take_new() {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find(open_, false, &Entry::seen);
  if (found == open_.end()) return nullptr;
  found->seen = found->held = true;
  return &found->job;
}

UsbJob* UrbExchange::take_waiting(const std::set<std::uint8_t>& except) {
  const std::scoped_lock lock{mutex_};
  const auto found = std::ranges::find_if(
      open_, [&](const Entry& e) { return e.seen && !e.held && !except.contains(e.job.endpoint); });
  if (found == open_.end()) return nullptr;
  found->held = true;
  return &found->job;
}

void UrbExchange::finish(UsbJob* job, int status, Bytes data) {
  const std::scoped_lock lock{mutex_};
  const auto entry = entry_of(job);
  if (entry->orphaned || is_notice(*job)) {
    open_.erase(entry);
    return;
  }
  entry->job.data = std::move(data);
  move_to_done(entry, status);
}

void UrbExchange::leave(UsbJob* job) {
  const std::scoped_lock lock{mutex_};
  const auto entry = entry_of(job);
  entry->held = false;
  if (entry->orphaned)
    open_.erase(entry);
  else if (entry->discarded)
    move_to_done(entry, -ENOENT);
}

void UrbExchange::unplug() {
  const std::scoped_lock lock{mutex_};
  unplugged_ = true;
  open_.remove_if([](const Entry& entry) { return is_notice(entry.job); });
  while (!open_.empty()) move_to_done(open_.begin(), -ESHUTDOWN);
  tell();
}

UrbExchange::Entries::iterator UrbExchange::entry_of(const UsbJob* job) {
  return std::ranges::find_if(open_, [&](const Entry& entry) { return &entry.job == job; });
}

void UrbExchange::move_to_done(Entries::iterator entry, int status) {
  entry->job.status = status;
  if (status != 0) entry->job.data.clear();
  done_.push_back(std::move(entry->job));
  open_.erase(entry);
  tell();
}

/// A device that is gone is told by each request, so that there is always something to ask for.
void UrbExchange::tell() { tell_programs_(unplugged_ || !done_.empty()); }

}  // namespace meterbench::virtual_lab
