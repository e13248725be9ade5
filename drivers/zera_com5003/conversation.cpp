#include "drivers/zera_com5003/conversation.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "drivers/protocol/scpi/framing.h"
#include "drivers/zera_com5003/answers.h"

namespace meterbench::zera_com5003 {
namespace {

constexpr const char* kErrors = "SYSTEM:ERROR:ALL?";
constexpr const char* kClear = "*CLS";
constexpr const char* kCompleted = "*OPC?";
constexpr Duration kPollPeriod = std::chrono::milliseconds{100};
/// From a command to its completion; range commands were seen to take up to 2 s.
constexpr Duration kCompletion = std::chrono::seconds{5};

bool is_question(const std::string& line) { return line.substr(0, line.find(' ')).ends_with('?'); }

}  // namespace

Conversation::~Conversation() { *alive_ = false; }

tl::unexpected<Fault> Conversation::failed(Errc code, std::string command, std::string detail) {
  if (!left_over_.empty())
    detail += fmt::format("; its error queue held on connecting: {}", std::exchange(left_over_, {}));
  return fault(code, link_.device(), std::move(command), std::move(detail));
}

tl::unexpected<Fault> Conversation::garbled(std::string command, std::string detail) {
  link_.close();
  return failed(Errc::garbled, std::move(command), std::move(detail));
}

void Conversation::at(Instant when, std::function<void()> action) {
  link_.reactor().at(when, [alive = alive_, action = std::move(action)] {
    if (*alive) action();
  });
}

void Conversation::ask(std::string text, std::vector<std::string> lines, Done<Answers> done) {
  const bool greet = !link_.is_open();
  if (greet) {
    if (auto opened = link_.open(); !opened) return done(tl::unexpected{std::move(opened).error()});
    lines.insert(lines.begin(), {kErrors, kClear});
  }
  lines.emplace_back(kErrors);

  struct Gathering {
    Answers answers;
    std::optional<Fault> fault;  ///< the first: it closes the link, so that all behind it fail too
    std::size_t outstanding;
    Done<Answers> done;
  };
  // Shared by the callbacks of all lines: the last of them reports.
  const auto gathering = std::make_shared<Gathering>(Gathering{{}, {}, lines.size(), std::move(done)});
  for (const std::string& line : lines) {
    const bool question = is_question(line);
    link_.start_exchange(
        {line, to_bytes(line + '\n'), question ? ReplyEnd{answer_end} : ReplyEnd{}, patience_},
        [this, gathering, question, greet, text](Result<Bytes> reply) {
          if (!reply && !gathering->fault) gathering->fault = std::move(reply).error();
          if (reply && question) gathering->answers.push_back(answer_text(*reply));
          if (--gathering->outstanding > 0) return;
          if (gathering->fault) {
            Fault& born = *gathering->fault;
            const Duration elapsed = born.elapsed;
            auto told = failed(born.code, std::move(born.command), std::move(born.detail));
            told.value().elapsed = elapsed;
            return gathering->done(std::move(told));
          }
          gathering->done(without_errors(text, greet, std::move(gathering->answers)));
        });
  }
}

Result<Conversation::Answers> Conversation::without_errors(const std::string& text, bool greeted,
                                                           Answers answers) {
  const auto has_errors = [&](const std::string& answer) -> Result<bool> {
    const auto entry = scpi::parse_error_entry(answer);
    if (!entry) return garbled(kErrors, fmt::format("'{}' is no entry of an error queue", answer));
    return entry->number != 0;
  };
  if (greeted) {
    const auto found = has_errors(answers.front());
    if (!found) return tl::unexpected{found.error()};
    if (*found) left_over_ = answers.front();
    answers.erase(answers.begin());
  }
  const std::string last = std::move(answers.back());
  answers.pop_back();
  const auto found = has_errors(last);
  if (!found) return tl::unexpected{found.error()};
  if (*found) return failed(Errc::refused, text, fmt::format("its error queue: {}", last));
  return answers;
}

void Conversation::set(const std::string& text, std::vector<std::string> lines, Done<void> done) {
  ask(text, std::move(lines), [this, text, done = std::move(done)](const Result<Answers>& sent) {
    if (!sent) return done(tl::unexpected{sent.error()});
    await_completion(text, link_.reactor().now() + kCompletion, done);
  });
}

void Conversation::await_completion(const std::string& text, Instant deadline, Done<void> done) {
  ask(text, {kCompleted}, [this, text, deadline, done = std::move(done)](const Result<Answers>& answers) {
    if (!answers) return done(tl::unexpected{answers.error()});
    const std::string& answer = answers->front();
    if (answer == "+1") return done({});
    if (answer != "+0") return done(garbled(kCompleted, fmt::format("'{}' is neither +0 nor +1", answer)));
    const Instant next = link_.reactor().now() + kPollPeriod;
    if (next > deadline)
      return done(failed(Errc::refused, text, "not carried out in time: *OPC? is still +0"));
    at(next, [this, text, deadline, done] { await_completion(text, deadline, done); });
  });
}

}  // namespace meterbench::zera_com5003
