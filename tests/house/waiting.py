#!/usr/bin/python3
"""Nothing outside bench/core and drivers/link sleeps, reads a clock of the machine or polls."""

import re

import tree

_MAY_WAIT = re.compile(r"(bench/core|drivers/link)/.*")

# Files that may, and why. Unit tests have no general licence: their time is simulated too.
EXCEPTIONS = {
    r".*_benchmark\.cpp": "measures the machine",
    r"tests/benchmarks/.*": "measures the machine",
    r"tests/campaign/.*": "tells a person how long it took",
    r"python/engine/(waiting\.h|live_run\.(h|cpp))": "a thread of the interpreter waits for the bench's",
}

_HEADER = re.compile(
    r"^[ \t]*#[ \t]*include[ \t]*<((?:sys/)?(?:poll|select|epoll|timerfd|time)\.h|time\.h|condition_variable"
    r"|semaphore)>", re.MULTILINE)
# A call of these names waits or reads a clock, whoever's they are.
_CALL = re.compile(
    r"\b(sleep|usleep|nanosleep|clock_nanosleep|sleep_for|sleep_until|wait_for|clock_gettime|gettimeofday"
    r"|timespec_get|ftime|ppoll|pselect|epoll_wait|epoll_pwait|setitimer|timer_create|timerfd_create|alarm"
    r"|std\s*::\s*time|std\s*::\s*clock|sigtimedwait)\s*\(")
_CLOCK = re.compile(r"\b(steady_clock|system_clock|high_resolution_clock|condition_variable(?:_any)?"
                    r"|timed_mutex|recursive_timed_mutex|shared_timed_mutex)\b")
# Names that a class may well use for its own: the C function is told by `::` before it or by its arguments.
_GLOBAL = re.compile(r"(?<![\w>])::\s*(poll|select|time|clock|pause)\s*\(")
_ARGUMENT = r"(?:[^(),;]|\([^()]*\))*"
_PLAIN = re.compile(r"(?<![\w.:>])(?:time\s*\(\s*(?:nullptr|NULL|0|&\s*\w+)\s*\)"
                    rf"|poll\s*\((?:{_ARGUMENT},){{2}}{_ARGUMENT}\)|select\s*\((?:{_ARGUMENT},){{4}}{_ARGUMENT}\))")
# The clock of the machine through SQL.
_SQL = re.compile(r"\bCURRENT_(?:TIMESTAMP|DATE|TIME)\b|'now'", re.IGNORECASE)


def check(root):
    mistakes = []
    for path in tree.cpp_sources(root):
        name = str(path)
        if _MAY_WAIT.fullmatch(name) or any(re.fullmatch(pattern, name) for pattern in EXCEPTIONS):
            continue
        text = (root / path).read_text()
        code, strings = tree.code_only(text), tree.strings_only(text)
        found = [(match.start(), match[0].strip().rstrip("(").strip())
                 for pattern, where in ((_HEADER, tree.without_comments(text)), (_CALL, code), (_CLOCK, code),
                                        (_GLOBAL, code), (_PLAIN, code), (_SQL, strings))
                 for match in pattern.finditer(where)]
        mistakes += [f"{name}:{tree.line_of(text, start)}: {what}: only bench/core and drivers/link wait or "
                     "read a clock; use the Reactor" for start, what in sorted(found)]
    return mistakes


if __name__ == "__main__":
    tree.main(check)
