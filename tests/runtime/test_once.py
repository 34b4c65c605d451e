"""What is made on first use is made once."""

from __future__ import annotations

import threading

from runtime.once import MadeOnce

THREADS = 8


class House:
    def __init__(self) -> None:
        self.made = 0
        self.asked = threading.Barrier(THREADS)
        self.go_on = threading.Event()

    @MadeOnce
    def stove(self) -> object:
        """Takes so long that everybody asks meanwhile."""
        self.made += 1
        self.go_on.wait(0.2)
        return object()

    @MadeOnce
    def kitchen(self) -> list[object]:
        return [self.stove, self.stove]


def test_many_threads_get_the_one_that_one_of_them_made() -> None:
    house = House()
    found: list[object] = []

    def ask() -> None:
        house.asked.wait()
        found.append(house.stove)

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (house.made, len(set(map(id, found))), len(found)) == (1, 1, THREADS)
    assert vars(house)["stove"] is found[0]


def test_one_may_be_made_of_others_and_houses_share_nothing() -> None:
    one, other = House(), House()
    assert one.kitchen == [one.stove, one.stove]
    assert one.stove is not other.stove
    assert "everybody asks" in str(House.stove.__doc__)
