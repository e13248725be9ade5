#include "drivers/pickup_box/driver.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "bench/core/quantity_text.h"
#include "drivers/protocol/pickup_box/framing.h"

namespace meterbench::pickup_box {
namespace {

constexpr Duration kPatience = std::chrono::milliseconds{500};
/// protocol.md, clause 2.
constexpr double kLongestDebounce = 0.1;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream{text};
  stream.imbue(std::locale::classic());
  return {std::istream_iterator<std::string>{stream}, {}};
}

std::string debounce_text(Seconds debounce) { return std::to_string(std::llround(debounce.value() * 1e6)); }

}  // namespace

PickupBox::~PickupBox() { link_.close(); }

tl::unexpected<Fault> PickupBox::born(Errc code, std::string command, std::string detail) const {
  return fault(code, link_.device(), std::move(command), std::move(detail));
}

void PickupBox::ask(const std::string& request, Done<std::string> done) {
  if (auto opened = link_.open(); !opened) return done(tl::unexpected{std::move(opened).error()});
  number_ = number_ % kMostNumber + 1;
  const auto end = [number = number_](ByteView received) { return reply_end(number, received); };
  link_.start_exchange(
      {request, encode({number_, request}), end, kPatience},
      [this, request, done = std::move(done)](Result<Bytes> reply) {
        done(std::move(reply).and_then([&](const Bytes& bytes) { return values_of(request, bytes); }));
      });
}

/// `reply`: a whole line, which reply_end() has found sound.
Result<std::string> PickupBox::values_of(const std::string& request, ByteView reply) const {
  const std::string text = decode(to_string(reply.first(reply.size() - 1)))->text;
  if (text == "OK") return std::string{};
  if (text.starts_with("OK ")) return text.substr(3);
  if (text.starts_with("ERR ")) return born(Errc::refused, request, text.substr(4));
  return born(Errc::garbled, request, fmt::format("neither OK nor ERR: '{}'", text));
}

void PickupBox::start_identify(Done<std::string> done) { ask("IDN", std::move(done)); }

void PickupBox::start_read(const std::string& position, Done<PickupReading> done) {
  const std::string request = "LIGHT " + position;
  ask(request, [this, request, done = std::move(done)](Result<std::string> values) {
    done(std::move(values).and_then([&](const std::string& text) { return reading_of(request, text); }));
  });
}

Result<PickupReading> PickupBox::reading_of(const std::string& request, const std::string& values) const {
  const auto words = words_of(values);
  const auto garbled = [&] { return born(Errc::garbled, request, fmt::format("no reading: '{}'", values)); };
  if (words.size() != 4) return garbled();
  const auto level = parse_number(words[0]), flicker = parse_number(words[1]),
             debounce = parse_number(words[3]);
  const auto is_share = [](double percents) { return percents >= 0 && percents <= 100; };
  if (!level || !flicker || !debounce || !is_share(*level) || !is_share(*flicker) || !(*debounce >= 0) ||
      (words[2] != "+" && words[2] != "-"))
    return garbled();
  return PickupReading{.level = from_percent(*level),
                       .flicker = from_percent(*flicker),
                       .inverted = words[2] == "-",
                       .debounce = Seconds{*debounce * 1e-6}};
}

void PickupBox::start_set_debounce(const std::string& position, Seconds debounce, Done<void> done) {
  const std::string text = fmt::format("debounce {} at {}", to_text(debounce), position);
  if (!(debounce.value() >= 0 && debounce.value() <= kLongestDebounce))
    return done(born(Errc::out_of_range, text, "a debounce time is 0 … 0.1 s"));
  const std::string wanted = debounce_text(debounce);
  ask(fmt::format("DEBOUNCE {} {}", position, wanted),
      [this, position, wanted, text, done = std::move(done)](const Result<std::string>& taken) {
        if (!taken) return done(tl::unexpected{taken.error()});
        start_read(position, [this, wanted, text, done](const Result<PickupReading>& reading) {
          if (!reading) return done(tl::unexpected{reading.error()});
          if (const std::string held = debounce_text(reading->debounce); held != wanted)
            return done(born(Errc::refused, text, fmt::format("the box keeps {} µs", held)));
          done({});
        });
      });
}

void PickupBox::start_read_display(const std::string& position, Done<std::string> done) {
  ask("TEXT " + position, std::move(done));
}

}  // namespace meterbench::pickup_box
