#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/core/time.h"

namespace meterbench {

/// Memory, all 0 at first, that a child can share with us. It has no name: nothing stays when both are gone.
class SharedMemory {
 public:
  /// Throws std::system_error.
  explicit SharedMemory(std::size_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  [[nodiscard]] void* data() const { return data_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  std::size_t bytes_;
  int descriptor_;
  void* data_;
};

/// Another program that works in lock step with us on shared memory. It is killed with this object, and with
/// the thread that made it, however that ends.
///
/// What it waits for is work of a machine, not of the bench: in no time of a reactor, and so short that
/// nothing else is done meanwhile.
class SharedProgram {
 public:
  /// What stands where in it.
  struct Ends {
    std::string memory;  ///< path of the shared memory
    int wake;            ///< descriptor of a socket from which bytes come that wake it
    int control;         ///< descriptor of a socket over which it is asked and answers, by lines
  };
  /// `command`: its words, given the ends. `inherited`: further descriptors that it has. Throws
  /// std::system_error when it cannot be started.
  SharedProgram(const SharedMemory& memory,
                const std::function<std::vector<std::string>(const Ends&)>& command,
                const std::vector<int>& inherited = {});
  ~SharedProgram();
  SharedProgram(const SharedProgram&) = delete;
  SharedProgram& operator=(const SharedProgram&) = delete;

  enum class Waited { done, ended, too_long };
  static constexpr int kMostWaits = 12;
  /// Until `done()`, which looks at the memory, or it has ended; `longest` of its own processor's time, so
  /// that a busy machine changes nothing, and kMostWaits times as long by the machine's clock.
  template <class Done>
  [[nodiscard]] Waited wait(const Done& done, Duration longest) {
    constexpr int kLooks = 200;  // before anything else is thought of
    for (int looks = 0; looks < kLooks; ++looks)
      if (done()) return Waited::done;
    for (Patience patience{*this, longest}; !done();)
      if (const auto over = patience.wait()) return done() ? Waited::done : *over;
    return Waited::done;
  }

  /// A byte for whoever sleeps. One that finds no room is not needed: others lie there.
  void wake() const;

  /// The next line that it says over its control, or after `question`; none within `longest`, or no more.
  [[nodiscard]] std::optional<std::string> ask(std::string_view question, Duration longest);

  /// Of all its threads, ns.
  [[nodiscard]] std::int64_t processor_time() const;
  /// Its exit code once it has ended, as a shell has it.
  [[nodiscard]] std::optional<int> exit_code();
  /// What it has written to its standard error.
  [[nodiscard]] std::string last_words() const;
  [[nodiscard]] pid_t id() const { return id_; }

 private:
  /// Gives others the processor at first, and sleeps when it takes longer.
  class Patience {
   public:
    Patience(SharedProgram& program, Duration longest);
    /// Waits a little; why to wait no more.
    [[nodiscard]] std::optional<Waited> wait();

   private:
    SharedProgram& program_;
    Duration longest_;
    std::int64_t began_, worked_;  // ns, by the machine's clock and by its own
    std::uint32_t waits_ = 0;
  };

  int words_;  // descriptor of its standard error
  int wake_ = -1;
  int control_ = -1;
  pid_t id_ = -1;
  int process_ = -1;
  std::optional<int> exit_code_;
  std::string heard_;  // over control, no whole line yet
};

}  // namespace meterbench
