#include "drivers/virtual_lab/meter/emulator.h"

#include <cstdlib>
#include <new>
#include <optional>
#include <regex>
#include <sstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/core/shared_program.h"
#include "drivers/virtual_lab/meter/firmware_failure.h"

namespace meterbench::virtual_lab {

namespace {

using firmware::Board;

constexpr std::size_t kPsram = 16U << 20U;
/// Of the emulator's processor time.
constexpr Duration kBegins = std::chrono::seconds{10};
constexpr Duration kTakesABlock = std::chrono::seconds{5};
/// By the machine's clock.
constexpr Duration kTells = std::chrono::seconds{2};

/// Registers of the processor, as far as they could be read.
struct Registers {
  std::optional<std::uint32_t> pc, sp, xpsr;
};

class Emulator final : public Processor {
 public:
  explicit Emulator(std::shared_ptr<const ElfImage> image)
      : image_{std::move(image)}, board_{*new (memory_.data()) Board{}} {}

  [[nodiscard]] Board& board() override { return board_; }

  void reset() override {
    program_.reset();
    board_.fault_word = board_.fault_address = board_.built_for = board_.asleep = 0;
    try {
      program_.emplace(
          memory_, [this](const SharedProgram::Ends& ends) { return command(ends); },
          std::vector{image_->descriptor()});
    } catch (const std::system_error& e) {
      const bool missing = e.code() == std::errc::no_such_file_or_directory;
      throw FirmwareFailure{fmt::format("{}: the emulator cannot be started: {}{}", image_->name(), e.what(),
                                        missing ? ". It is the Debian package qemu-system-arm" : "")};
    }
    const auto waited =
        program_->wait([&] { return firmware::shared(board_.built_for) != 0 || has_fault(); }, kBegins);
    look_for_fault();
    if (waited == SharedProgram::Waited::ended) fail(ended_text());
    if (waited == SharedProgram::Waited::too_long) fail(fmt::format("it does not begin: {}", whereabouts()));
    if (board_.built_for != firmware::kBoardVersion)
      fail(fmt::format("it is built for version {} of the board; this bench has version {}", board_.built_for,
                       firmware::kBoardVersion));
    // What it finds at its beginning it takes up at once, so that no order depends on how fast it begins.
    board_.doorbell = board_.answered + 1;
    start();
    if (finish() != Finished::done) fail(fmt::format("it does not begin: {}", whereabouts()));
  }

  void stop() override { program_.reset(); }

  void start() override {
    std::atomic_thread_fence(std::memory_order_seq_cst);  // its sleep, and our look whether it sleeps
    if (program_ && firmware::shared(board_.asleep) != 0) program_->wake();
  }

  Finished finish() override {
    const auto waited = program_->wait([&] { return is_done() || has_fault(); }, kTakesABlock);
    look_for_fault();
    if (waited == SharedProgram::Waited::done) return Finished::done;
    if (waited == SharedProgram::Waited::too_long) return Finished::hangs;
    // With -no-reboot it ends when its processor asks for a reset; and when somebody asks it to end.
    if (program_->exit_code() == 0 &&
        program_->last_words().find("terminating on signal") == std::string::npos)
      return Finished::wants_reset;
    fail(ended_text());
  }

  [[nodiscard]] std::string whereabouts() override {
    const Registers registers = read_registers();
    if (!registers.pc) return "the emulator does not tell where it is";
    if (const auto cause = exception_cause(registers))
      return fmt::format("it is at {}, in the handler of an exception that was raised at {}",
                         image_->place(*registers.pc), image_->place(*cause));
    return fmt::format("it is at {}", image_->place(*registers.pc));
  }

  /// What a sleeper is woken for should be worth it; what it works on meanwhile should not wait for it.
  [[nodiscard]] std::uint32_t handy_block() const override { return 256; }
  [[nodiscard]] bool immediate() const override { return false; }
  [[nodiscard]] std::string description() const override {
    const std::string text = board_text({board_.name, std::size(board_.name)});
    return fmt::format("{}image {}, SHA-256 {}", text.empty() ? "" : fmt::format("{}, ", text),
                       image_->name(), image_->sha256());
  }

 private:
  [[nodiscard]] std::vector<std::string> command(const SharedProgram::Ends& ends) const {
    const char* const program = std::getenv("METERBENCH_QEMU");
    return {program != nullptr ? program : "qemu-system-arm",
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
            "-machine",
            "mps2-an386,memory-backend=psram",
            "-object",
            fmt::format("memory-backend-file,id=psram,mem-path={},size=16M,share=on", ends.memory),
            "-m",
            "16M",
            "-display",
            "none",
            "-chardev",
            fmt::format("socket,id=wake,fd={}", ends.wake),
            "-serial",
            "chardev:wake",
            "-chardev",
            fmt::format("socket,id=control,fd={}", ends.control),
            "-mon",
            "chardev=control,mode=control",
            "-kernel",
            fmt::format("/proc/self/fd/{}", image_->descriptor())};
  }

  [[nodiscard]] bool is_done() const {
    return firmware::shared(board_.answered) == board_.doorbell &&
           firmware::shared(board_.samples.read) == board_.run_until;
  }
  [[nodiscard]] bool has_fault() const {
    return (firmware::shared(board_.fault_word) & firmware::kFaultException) != 0;
  }
  void look_for_fault() const {
    if (has_fault()) fail(fmt::format("exception at {}", image_->place(board_.fault_address)));
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw FirmwareFailure{fmt::format("{}: {}", image_->name(), why)};
  }

  /// A processor that meets a fault where it cannot handle one locks up, and QEMU ends with its registers.
  [[nodiscard]] std::string ended_text() {
    const std::string words = program_->last_words();
    std::string text = fmt::format("the emulator has ended with code {}", program_->exit_code().value_or(0));
    if (const auto lockup = words.find("Lockup"); lockup != std::string::npos) {
      text = "the processor has locked up: a fault, and no handler for it";
      if (const auto pc = number_after(words, "R15=")) text += fmt::format(", at {}", image_->place(*pc));
      if (const auto link = number_after(words, "R14="); link && image_->holds(*link & ~1U))
        text += fmt::format(", called from {}", image_->place(*link));
      return text;
    }
    std::istringstream lines{words};
    for (std::string line; std::getline(lines, line);)
      if (line.find("warning:") == std::string::npos) return fmt::format("{}: {}", text, line);
    return text;
  }

  [[nodiscard]] static std::optional<std::uint32_t> number_after(const std::string& text,
                                                                 const std::string& name) {
    const auto place = text.rfind(name);
    if (place == std::string::npos) return std::nullopt;
    char* end = nullptr;
    const char* const begin = text.c_str() + place + name.size();
    const unsigned long value = std::strtoul(begin, &end, 16);
    return end == begin ? std::nullopt : std::optional{static_cast<std::uint32_t>(value)};
  }

  /// One command of QEMU's machine protocol; its answer as text.
  std::optional<std::string> tell_emulator(const nlohmann::json& command) {
    auto line = program_->ask(command.dump() + "\n", kTells);
    while (line) {
      const auto answer = nlohmann::json::parse(*line, nullptr, false);
      if (!answer.is_object() || answer.contains("error")) return std::nullopt;
      if (const auto value = answer.find("return"); value != answer.end())
        return value->is_string() ? value->get<std::string>() : std::string{};
      line = program_->ask("", kTells);  // a greeting, or an event
    }
    return std::nullopt;
  }
  std::optional<std::string> monitor(const std::string& command) {
    return tell_emulator({{"execute", "human-monitor-command"}, {"arguments", {{"command-line", command}}}});
  }

  /// The emulator stands still from then on, for its stack to be looked at too.
  [[nodiscard]] Registers read_registers() {
    if (!program_ || program_->exit_code()) return {};
    tell_emulator({{"execute", "qmp_capabilities"}});  // refused the second time, which does no harm
    tell_emulator({{"execute", "stop"}});
    const std::string text = monitor("info registers").value_or("");
    return {number_after(text, "R15="), number_after(text, "R13="), number_after(text, "XPSR=")};
  }

  /// In the handler of a fault: the instruction that raised it, as the processor has put it on the stack. A
  /// handler may have put something there since: the first that looks like it is taken.
  [[nodiscard]] std::optional<std::uint32_t> exception_cause(const Registers& registers) {
    constexpr std::uint32_t kException = 0x1FF, kHardFault = 3, kUsageFault = 6;
    const std::uint32_t number = registers.xpsr.value_or(0) & kException;
    if (number < kHardFault || number > kUsageFault || !registers.sp) return std::nullopt;
    const std::string text = monitor(fmt::format("xp /48wx 0x{:x}", *registers.sp)).value_or("");
    std::vector<std::uint32_t> words;
    static const std::regex kWord{" 0x([0-9a-f]{8})"};
    for (std::sregex_iterator word{text.begin(), text.end(), kWord}, end; word != end; ++word)
      words.push_back(static_cast<std::uint32_t>(std::stoul((*word)[1], nullptr, 16)));
    constexpr std::size_t kPc = 6, kXpsr = 7;
    constexpr std::uint32_t kNever = 0x00F0'01FF;  // bits of xPSR that are 0 in thread mode
    for (std::size_t n = 0; n + kXpsr < words.size(); ++n)
      if (image_->holds(words[n + kPc]) && words[n + kXpsr] != 0 && (words[n + kXpsr] & kNever) == 0)
        return words[n + kPc];
    return std::nullopt;
  }

  std::shared_ptr<const ElfImage> image_;
  SharedMemory memory_{kPsram};
  Board& board_;
  std::optional<SharedProgram> program_;
};

}  // namespace

std::unique_ptr<Processor> emulator(std::shared_ptr<const ElfImage> image) {
  return std::make_unique<Emulator>(std::move(image));
}

}  // namespace meterbench::virtual_lab
