#pragma once

namespace meterbench {

/// Whether standard output is a pipe whose reader has gone away, as that of `meterbench runs | head -1` has:
/// it has all that it wants. Does not wait.
[[nodiscard]] bool reader_is_gone();

}  // namespace meterbench
