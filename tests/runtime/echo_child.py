"""A child for the tests: echoes requests, misbehaves when asked to."""

from __future__ import annotations

import os
import sys
import time

from runtime.events import AnswerDelta
from runtime.requests import Generate
from runtime.wire import ChildEnd, Codec, Hello

CODEC = Codec(Hello, Generate, AnswerDelta)


def main() -> None:
    end = ChildEnd(CODEC)
    print("a library prints to stdout")
    os.write(1, b"and another one, past Python\n")
    assert sys.stdin.read() == ""
    end.send(Hello(1, "echo"))
    for request in end.receive():
        assert isinstance(request, Generate)
        match request.request_id:
            case "die":
                print("my last words", file=sys.stderr, flush=True)
                os._exit(3)
            case "hang":
                while True:
                    time.sleep(60)
            case _:
                end.send(AnswerDelta(request.request_id, request.messages[-1].text))


if __name__ == "__main__":
    main()
