#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "drivers/c1218_meter/options.h"
#include "drivers/link/byte_link.h"
#include "drivers/protocol/c1218/client.h"

namespace meterbench::c1218_meter {

/// A table as it was read.
struct Table {
  Bytes content;
  Instant asked{};     ///< the first request for it has left
  Instant answered{};  ///< the last answer began
};
using Tables = std::map<std::uint16_t, Table>;  ///< by number on the wire

// What a session does between Security and Logoff.
struct ReadTables {
  std::vector<std::uint16_t> tables;
};
struct WriteTable {
  std::uint16_t table = 0;
  Bytes content;
};
struct Pause {
  Duration duration{};  ///< well below the 6 s of silence that end a session
};
struct LogOff {};
using Step = std::variant<ReadTables, WriteTable, Pause, LogOff>;

/// Why it cannot go on.
struct Obstacle {
  Errc code{};
  std::string detail;
};
/// The next step, knowing what has been read.
using Next = tl::expected<Step, Obstacle>;
using Choose = std::function<Next(const Tables&)>;

/// One session after the other with the meter at the far end of a link: Identify, Negotiate, Logon, Security,
/// the steps chosen, Logoff, Terminate. A refusal ends the session in good order and leaves the link open. A
/// failure of the link closes it; silence then ends the session at the meter too.
class Session {
 public:
  /// Throws std::invalid_argument when user name or password is too long.
  Session(ByteLink& link, Options options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// One at a time. `password`: instead of the bench's own, at most 20 bytes; empty: none is given.
  void start(Choose choose, Done<Tables> done, std::optional<std::string> password = {});

  /// Packets of all sessions that had to be sent again: evidence of a badly seated probe.
  [[nodiscard]] unsigned retries() const { return retries_ + client_.retries(); }

 private:
  using Handler = std::function<void(const c1218::Response&)>;

  /// A table that does not fit into the agreed packets.
  struct Slices {
    std::uint16_t table = 0;
    std::uint16_t count = 0;  ///< bytes asked for at a time
    Fault refusal;            ///< of the full read
    Table read;
  };

  /// A service as it was asked for, so that it can be asked for again.
  struct Request {
    std::string text;
    Bytes bytes;
    Handler then;
    Duration patience = c1218::Client::kTraffic;
  };

  void ask(std::string text, Bytes request, Handler then, Duration patience = c1218::Client::kTraffic);
  void ask(Request request);
  void take(const c1218::Response& response);
  void pump();
  void arm();
  void begin_session();
  void identify(int attempt);
  void negotiate();
  void log_on();
  void secure();
  void begin();
  void choose();
  void carry_out(const ReadTables& step);
  void carry_out(const WriteTable& step);
  void carry_out(const Pause& step);
  void carry_out(const LogOff&) { log_off(); }
  void read_next();
  [[nodiscard]] bool may_slice() const;
  void begin_slices(std::uint16_t table, std::uint8_t refusal);
  void read_slice();
  void take_slice(const c1218::Response& response);
  void log_off();
  void terminate();
  /// False after a refusal, which begins the end of the session.
  [[nodiscard]] bool accepted(const c1218::Response& response);
  void give_up(Errc code, std::string detail);
  void broken(Errc code, std::string detail);
  void note_failure(Errc code, std::string detail);
  void over();
  [[nodiscard]] Fault fault_of(Errc code, std::string detail) const;
  [[nodiscard]] Instant now() const { return link_.reactor().now(); }

  ByteLink& link_;
  Options options_;
  c1218::Client client_;
  unsigned retries_ = 0;  // of earlier sessions

  Choose choose_;
  Done<Tables> done_;
  std::string password_;
  bool logged_on_ = false;
  bool over_ = false;  // nothing more to say than what is due
  std::size_t packets_ = 1;
  Tables tables_;
  std::deque<std::uint16_t> wanted_;
  Slices slices_;
  std::optional<Fault> fault_;

  // The service under way.
  Request request_;
  Instant begun_{};
  std::optional<Request> again_;  // in a new session
  bool renegotiated_ = false;

  bool pumping_ = false;
  unsigned unsent_ = 0;
  std::optional<Reactor::TimerId> timer_;
  std::optional<Reactor::TimerId> pause_;
};

}  // namespace meterbench::c1218_meter
