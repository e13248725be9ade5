#include "drivers/zera_com5003/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "bench/core/quantity_text.h"
#include "drivers/protocol/scpi/framing.h"

namespace meterbench::zera_com5003 {
namespace {

/// A whole module answers with some 300 characters.
constexpr std::size_t kLongest = 4096;
constexpr std::array<std::string_view, 2> kServiceRequests{"SRQ\n", "SRQ\r\n"};

bool starts_with(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::equal(text.begin(), text.end(), bytes.begin());
}

/// Without the whole lines `SRQ` at its beginning.
ByteView behind_service_requests(ByteView bytes) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view line : kServiceRequests)
      if (starts_with(bytes, line)) {
        bytes = bytes.subspan(line.size());
        found = true;
      }
  }
  return bytes;
}

bool begins_service_request(ByteView bytes) {
  return std::ranges::any_of(kServiceRequests, [&](std::string_view line) {
    return bytes.size() <= line.size() && std::equal(bytes.begin(), bytes.end(), line.begin());
  });
}

/// The first line with its LF, or all there is.
ByteView first_line(ByteView bytes) {
  const auto end = std::ranges::find(bytes, std::uint8_t{'\n'});
  const auto length = static_cast<std::size_t>(end - bytes.begin());
  return bytes.first(std::min(length + 1, bytes.size()));
}

}  // namespace

tl::expected<std::optional<std::size_t>, std::string> answer_end(ByteView received) {
  const ByteView answer = behind_service_requests(received);
  const ByteView line = first_line(answer);
  auto end = scpi::reply_end(line, kLongest);
  if (!end || !*end) return end;
  const ByteView rest = behind_service_requests(answer.subspan(line.size()));
  if (!begins_service_request(rest)) return tl::unexpected{std::string{"more than one line"}};
  return received.size();
}

std::string answer_text(ByteView received) {
  return scpi::line_text(first_line(behind_service_requests(received)));
}

std::optional<std::string> serial_number(std::string_view identity) {
  constexpr int kBefore = 2;  // maker and model
  for (int part = 0; part < kBefore; ++part) {
    const std::size_t comma = identity.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    identity.remove_prefix(comma + 1);
  }
  std::string_view number = identity.substr(0, identity.find(','));
  while (number.starts_with(' ')) number.remove_prefix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  if (number.empty() || number == "0") return std::nullopt;
  return std::string{number};
}

tl::expected<std::int64_t, std::string> whole_number(std::string_view answer) {
  std::string_view digits = answer;
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);  // from_chars takes none
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return tl::unexpected{fmt::format("'{}' is no whole number", answer)};
  return value;
}

tl::expected<MeasuredValues, std::string> MeasuredValues::parse(std::string_view module,
                                                                std::string_view answer) {
  MeasuredValues result;
  while (!answer.empty()) {
    const std::size_t end = answer.find(';');
    if (end == std::string_view::npos) return tl::unexpected{fmt::format("'{}' does not end in ';'", answer)};
    const std::string_view item = answer.substr(0, end);
    answer.remove_prefix(end + 1);

    const std::size_t unit = item.find(":[");
    const std::size_t number = item.find("]:");
    const std::string path = fmt::format("{}:", module);
    if (unit == std::string_view::npos || number == std::string_view::npos || number < unit ||
        !item.starts_with(path) || unit < path.size())
      return tl::unexpected{fmt::format("'{}' is no value of {}", item, module)};
    result.values_.insert_or_assign(
        std::string{item.substr(path.size(), unit - path.size())},
        Value{std::string{item.substr(unit + 2, number - unit - 2)}, std::string{item.substr(number + 2)}});
  }
  return result;
}

tl::expected<double, std::string> MeasuredValues::at(const std::string& channel,
                                                     std::string_view unit) const {
  const auto found = values_.find(channel);
  if (found == values_.end()) return tl::unexpected{fmt::format("{} is missing", channel)};
  if (found->second.unit != unit)
    return tl::unexpected{fmt::format("{} is in '{}', not in {}", channel, found->second.unit, unit)};
  auto number = parse_number(found->second.number);
  if (!number) return tl::unexpected{fmt::format("{}: {}", channel, number.error())};
  return *number;
}

}  // namespace meterbench::zera_com5003
