#include "bench/cli/python_step.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/core/quantity_text.h"
#include "bench/core/spawn.h"

namespace meterbench {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestLine = 1'000'000;  // bytes; more is no message

std::string interpreter() {
  const char* const named = std::getenv("METERBENCH_PYTHON");
  return named != nullptr && *named != '\0' ? named : "/usr/bin/python3";
}

/// The package that was built beside this program comes after what the person has put on the path.
Environment environment(const std::string& ledger, int socket) {
  const char* const path = std::getenv("PYTHONPATH");
  const std::string built = METERBENCH_PYTHON_FOLDER;
  return {{"PYTHONPATH", path == nullptr || *path == '\0' ? built : std::string{path} + ":" + built},
          {"METERBENCH_LEDGER", std::filesystem::absolute(ledger).string()},
          {"METERBENCH_STEP_SOCKET", std::to_string(socket)}};
}

Json described(const MeterType& meter) {
  return {{"type", meter.id},
          {"form", to_text(meter.form)},
          {"class_amperes_a", meter.class_amperes.value()},
          {"nominal_voltage_v", meter.nominal_voltage.value()},
          {"maximum_current_a", meter.maximum_current.value()},
          {"kt_wh", watt_hours(meter.kt)}};
}

std::string opening(const ExternalCall& call) {
  Json meters = Json::object();
  for (const auto& [position, meter] : call.meters) meters[position] = described(meter);
  return Json{{"step", call.step},
              {"file", call.script.path},
              {"sha256", call.script.sha256},
              {"function", call.script.function},
              {"arguments", Json::parse(call.script.arguments)},
              {"meters", meters}}
      .dump();
}

/// Throws std::invalid_argument for words that are none, and what nlohmann::json throws for what is missing.
template <class T>
T word(std::optional<T> value, const std::string& text) {
  if (!value) throw std::invalid_argument{fmt::format("'{}' is not known", text)};
  return *value;
}

external::Request request(const Json& asked) {
  const auto text = [&](const char* key) { return asked.at(key).get<std::string>(); };
  const auto number = [&](const char* key) { return asked.at(key).get<double>(); };
  const std::string what = text("ask");
  if (what == "apply") {
    const auto pf = parse_power_factor(text("power_factor"));
    if (!pf) throw std::invalid_argument{pf.error()};
    return external::Apply{Voltage{number("voltage_v")}, Current{number("current_a")}, *pf,
                           word(parse_direction(text("direction")), text("direction")),
                           word(parse_circuit(text("circuit")), text("circuit"))};
  }
  if (what == "off") return external::Off{};
  if (what == "wait") return external::Wait{Seconds{number("time_s")}};
  if (what == "read_reference") return external::ReadReference{};
  if (what == "read_registers") return external::ReadRegisters{text("position")};
  if (what == "read_display") return external::ReadDisplay{text("position")};
  if (what == "press")
    return external::Press{text("position"), word(parse_meter_switch(text("switch")), text("switch")),
                           Seconds{number("duration_s")}};
  throw std::invalid_argument{fmt::format("'{}' is nothing that can be asked", what)};
}

struct AnswerText {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const ReferenceReading& reading) const {
    Json circuits = Json::array();
    for (const CircuitReading& c : reading.circuits)
      circuits.push_back({{"voltage_v", c.voltage.value()},
                          {"current_a", c.current.value()},
                          {"active_power_w", c.active.value()},
                          {"reactive_power_var", c.reactive.value()}});
    return {{"active_power_w", reading.active.value()},
            {"frequency_hz", reading.frequency.value()},
            {"overloaded", reading.overloaded},
            {"circuits", circuits}};
  }
  Json operator()(const MeterRegisters& registers) const {
    const auto energy = [](const std::optional<ActiveEnergy>& e) {
      return e ? Json(watt_hours(*e)) : Json(nullptr);
    };
    return {{"delivered_wh", energy(registers.delivered)},
            {"received_wh", energy(registers.received)},
            {"step_wh", watt_hours(registers.step)}};
  }
};

ToldResult result_of(const Json& said) {
  ToldResult result;
  const std::string decision = said.at("decision").get<std::string>();
  result.seen = said.at("text").get<std::string>();
  result.as_it_should_be = decision == "pass";
  if (decision == "inconclusive")
    result.hindrance = result.seen.empty() ? "the function could not tell" : result.seen;
  else if (decision != "pass" && decision != "fail")
    throw std::invalid_argument{fmt::format("'{}' is no decision", decision)};
  return result;
}

}  // namespace

void PythonStep::start(const ExternalCall& call) {
  kill();
  call_ = call;
  messages_.clear();
  heard_.clear();
  ended_ = false;
  try {
    begin(call);
  } catch (const std::system_error& e) {
    end_with(fmt::format("{} cannot be started: {}", interpreter(), e.code().message()));
  }
}

void PythonStep::begin(const ExternalCall& call) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error{errno, std::generic_category(), "socketpair"};
  socket_ = ends[0];
  ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  try {
    // A group of its own: what a terminal's keys send is the bench's to hear, and all that the function has
    // started ends with it.
    child_ = spawn({.command = {interpreter(), "-m", "meterbench.step_host"},
                    .more = environment(ledger_, ends[1]),
                    .death_signal = SIGKILL,
                    .inherited = {ends[1]},
                    .own_group = true});
  } catch (...) {
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);
  alarm_ = std::make_unique<WallAlarm>(reactor_, to_duration(call.time_limit), [this] {
    end_with(fmt::format("the function was ended after {}, its time limit", to_text(call_.time_limit)));
  });
  send(opening(call));
  reactor_.watch(socket_, POLLIN, [this](short) { hear(); });
}

void PythonStep::hear() {
  std::array<char, 4096> bytes{};
  while (!ended_) {
    const ssize_t count = ::read(socket_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) return end_with("the function's process has ended without a word");
    heard_.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t end = heard_.find('\n'); end != std::string::npos && !ended_; end = heard_.find('\n')) {
      const std::string line = heard_.substr(0, end);
      heard_.erase(0, end + 1);
      take_line(line);
    }
    if (heard_.size() > kLongestLine) end_with("the function's process says more than a message can hold");
  }
}

void PythonStep::take_line(const std::string& line) {
  try {
    const Json said = Json::parse(line);
    if (said.contains("ask")) return messages_.emplace_back(request(said)), void();
    if (said.contains("hindrance")) return end_with(said.at("hindrance").get<std::string>());
    external::End end;
    for (const auto& [position, result] : said.at("results").items())
      if (call_.meters.contains(position)) end.results.emplace(position, result_of(result));
    ended_ = true;
    messages_.emplace_back(std::move(end));
  } catch (const Json::exception& e) {
    end_with(fmt::format("the function's process says what is no message: {}", e.what()));
  } catch (const std::invalid_argument& e) {
    // The function's own slip: it hears of it as of any fault.
    answer(fault(Errc::out_of_range, "bench", "ask", e.what()));
  }
}

external::Message PythonStep::take() {
  if (messages_.empty()) throw std::logic_error{"no message has come"};
  external::Message oldest = std::move(messages_.front());
  messages_.pop_front();
  return oldest;
}

void PythonStep::answer(const external::Answer& answer) {
  if (ended_) return;
  if (answer) return send(Json{{"answer", std::visit(AnswerText{}, *answer)}}.dump());
  const Fault& f = answer.error();
  send(Json{{"fault",
             {{"code", to_text(f.code)},
              {"device", f.device},
              {"command", f.command},
              {"reply", f.detail},
              {"elapsed_s", in_seconds(f.elapsed)}}}}
           .dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// A line is far smaller than what a socket holds, and the child reads each before it asks again.
void PythonStep::send(const std::string& line) {
  const std::string bytes = line + "\n";
  const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  end_with(fmt::format("the function's process does not listen: {}",
                       sent < 0 ? std::strerror(errno) : "it reads nothing"));
}

void PythonStep::end_with(const std::string& why) {
  if (ended_) return;
  ended_ = true;
  external::End end;
  for (const auto& [position, meter] : call_.meters) end.results[position].hindrance = why;
  messages_.emplace_back(std::move(end));
}

void PythonStep::kill() {
  alarm_.reset();
  ended_ = true;
  if (socket_ >= 0) {
    reactor_.unwatch(socket_);
    ::close(socket_);
    socket_ = -1;
  }
  if (child_ > 0) {
    ::kill(-child_, SIGKILL);
    ::kill(child_, SIGKILL);  // before it was in a group of its own
    static_cast<void>(collect(child_));
    child_ = -1;
  }
}

}  // namespace meterbench
