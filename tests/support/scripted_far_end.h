// A far end that knows its part by heart: each request must come as written, in order, and is answered as
// written. What was left unsaid at the end, or said otherwise, fails the test.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/far_end/far_end.h"

namespace meterbench {

class ScriptedFarEnd final : public FarEnd {
 public:
  struct Exchange {
    Bytes request;
    Bytes reply;       ///< empty: no answer
    Duration delay{};  ///< from the last byte of the request to the first of the reply
  };
  using Script = std::vector<Exchange>;

  explicit ScriptedFarEnd(Script script) : script_{std::move(script)} {}
  ScriptedFarEnd(const ScriptedFarEnd&) = delete;
  ScriptedFarEnd& operator=(const ScriptedFarEnd&) = delete;
  ~ScriptedFarEnd() override {
    for (std::size_t i = spoken_; i < script_.size(); ++i)
      ADD_FAILURE() << "left unsaid: '" << printable_text(script_[i].request) << "'";
  }

  /// How many requests have come.
  [[nodiscard]] std::size_t spoken() const { return spoken_; }
  /// How often the link was opened.
  [[nodiscard]] int openings() const { return openings_; }

  void opened(Instant) override { ++openings_; }
  void closed(Instant) override {
    received_.clear();
    replies_.clear();
  }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    while (!received_.empty()) {
      if (spoken_ == script_.size()) return fail("nothing more");
      const Exchange& next = script_[spoken_];
      const std::size_t known = std::min(received_.size(), next.request.size());
      if (!std::equal(received_.begin(), at(known), next.request.begin()))
        return fail("'" + printable_text(next.request) + "'");
      if (known < next.request.size()) return;  // the rest of it may come
      received_.erase(received_.begin(), at(known));
      ++spoken_;
      if (!next.reply.empty()) replies_.emplace_back(now + next.delay, next.reply);
    }
    on_time(now, reply);
  }
  void on_time(Instant now, Bytes& reply) override {
    while (!replies_.empty() && replies_.front().first <= now) {
      const Bytes& due = replies_.front().second;
      reply.insert(reply.end(), due.begin(), due.end());
      replies_.erase(replies_.begin());
    }
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (replies_.empty()) return std::nullopt;
    return replies_.front().first;
  }

 private:
  [[nodiscard]] Bytes::iterator at(std::size_t count) {
    return received_.begin() + static_cast<std::ptrdiff_t>(count);
  }
  void fail(const std::string& expected) {
    ADD_FAILURE() << "request " << spoken_ + 1 << ": expected " << expected << ", came '"
                  << printable_text(received_) << "'";
    received_.clear();
  }

  Script script_;
  std::size_t spoken_ = 0;
  int openings_ = 0;
  Bytes received_;
  std::vector<std::pair<Instant, Bytes>> replies_;
};

/// A script of text lines that end in LF; an empty answer: none.
[[nodiscard]] inline ScriptedFarEnd::Script lf_script(
    const std::vector<std::pair<std::string, std::string>>& lines) {
  ScriptedFarEnd::Script script;
  for (const auto& [request, reply] : lines)
    script.push_back({to_bytes(request + "\n"), reply.empty() ? Bytes{} : to_bytes(reply + "\n"), {}});
  return script;
}

}  // namespace meterbench
