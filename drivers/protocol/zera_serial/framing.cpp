#include "drivers/protocol/zera_serial/framing.h"

#include <algorithm>
#include <utility>

namespace meterbench::zera_serial {

namespace {

/// Of an answer: some 700 characters are the longest known.
constexpr std::size_t kLongestAnswer = 4096;
constexpr std::size_t kLongestLine = 255;

}  // namespace

Bytes line_bytes(std::string_view line) {
  Bytes bytes = to_bytes(line);
  bytes.push_back(kCr);
  return bytes;
}

bool ends_answer(std::string_view line, const Ending& ending) {
  return ending.more_follows ? line.starts_with(ending.text) : line == ending.text;
}

bool is_refusal(std::string_view line) {
  if (line.ends_with("NAK")) return true;
  return std::ranges::any_of(std::initializer_list<std::string_view>{"ER-", "ERR-", "ERROR"},
                             [&](std::string_view mark) { return line.find(mark) != line.npos; });
}

tl::expected<std::optional<std::size_t>, std::string> answer_end(ByteView received, const Ending& ending,
                                                                 Refusals refusals) {
  auto begin = received.begin();
  for (auto cr = std::find(begin, received.end(), kCr); cr != received.end();
       cr = std::find(begin, received.end(), kCr)) {
    const std::string line{begin, cr};
    begin = cr + 1;
    if (ends_answer(line, ending) || (refusals == Refusals::end && is_refusal(line)))
      return static_cast<std::size_t>(begin - received.begin());
  }
  if (received.size() > kLongestAnswer)
    return tl::unexpected{"no '" + ending.text + "' within " + std::to_string(kLongestAnswer) + " bytes"};
  return std::nullopt;
}

std::vector<std::string> lines_of(ByteView bytes) {
  std::vector<std::string> lines;
  auto begin = bytes.begin();
  for (auto cr = std::find(begin, bytes.end(), kCr); cr != bytes.end();
       cr = std::find(begin, bytes.end(), kCr)) {
    lines.emplace_back(begin, cr);
    begin = cr + 1;
  }
  return lines;
}

std::vector<std::string> LineCollector::take(ByteView bytes) {
  std::vector<std::string> lines;
  for (const std::uint8_t byte : bytes) {
    if (byte == kCr) {
      if (!std::exchange(overlong_, false)) lines.push_back(line_);
      line_.clear();
    } else if (line_.size() == kLongestLine) {
      overlong_ = true;
    } else {
      line_.push_back(static_cast<char>(byte));
    }
  }
  return lines;
}

void LineCollector::forget() {
  line_.clear();
  overlong_ = false;
}

}  // namespace meterbench::zera_serial
