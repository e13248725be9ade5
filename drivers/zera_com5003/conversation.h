// How one talks to a COM5003: one message a line, questions one by one, and the error queue looked at.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/link/byte_link.h"

namespace meterbench::zera_com5003 {

/// Opens the link when it is needed. On a new connection the error queue is read first and then cleared: what
/// is found there is added to the next fault. The link must outlive the conversation, and must be closed
/// before its end.
class Conversation {
 public:
  using Answers = std::vector<std::string>;  ///< one for each question, in their order

  /// `patience`: for one answer.
  Conversation(ByteLink& link, Duration patience) : link_{link}, patience_{patience} {}
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  [[nodiscard]] ByteLink& link() const { return link_; }

  /// Sends all `lines` without anything between them. `text` names them for people. An entry in the error
  /// queue afterwards is a refusal.
  void ask(std::string text, std::vector<std::string> lines, Done<Answers> done);

  /// As ask(), for lines that set something: done once the instrument says that it has carried them out.
  void set(const std::string& text, std::vector<std::string> lines, Done<void> done);

  /// Runs `action` at `when`, unless the conversation has ended by then.
  void at(Instant when, std::function<void()> action);

  /// The fault of an answer without sense. Question and answer may have lost step, so it closes the link.
  [[nodiscard]] tl::unexpected<Fault> garbled(std::string command, std::string detail);
  [[nodiscard]] tl::unexpected<Fault> failed(Errc code, std::string command, std::string detail);

 private:
  [[nodiscard]] Result<Answers> without_errors(const std::string& text, bool greeted, Answers answers);
  void await_completion(const std::string& text, Instant deadline, Done<void> done);

  ByteLink& link_;
  Duration patience_;
  std::string left_over_;  // of the error queue on connecting, not told yet
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace meterbench::zera_com5003
