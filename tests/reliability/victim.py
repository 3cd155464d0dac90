"""A process that writes, imports and publishes snapshots, telling what was acknowledged, until it is killed.

`python -m tests.reliability.victim DATABASE-URL FOLDER ENCODER ROUND`
"""

import itertools
import sys
from pathlib import Path

from api.indexing.book import Book
from api.indexing.titles import Title
from api.store import accounts, write
from api.store.store import Store
from api.store.write import Author, Incoming
from embeddings.loading import load_encoder
from matcher.domain import Fund, Kind, Level

ROWS = 60
WORDS = ("固态电池", "医疗器械", "工业机器人", "无人机", "sensor")


def fund(name: str, number: int) -> Fund:
    return Fund(id=name, name=f"{WORDS[number % 5]} {number}", thesis=WORDS[number % 3])


def incoming(name: str, number: int) -> Incoming:
    return Incoming.of(Kind.FUND, fund(name, number))


def main(url: str, folder: str, encoder: str, round_: str) -> None:
    store = Store(url)
    store.write_now(lambda c: accounts.add_organisation(c, "org", "Org", checked=True))
    book = Book(Title(Kind.FUND, Level.PLATFORM), store, Path(folder), load_encoder(encoder))
    say("ready")
    for number in itertools.count():
        one, file = f"r{round_}-s{number}", f"r{round_}-i{number}"
        store.write_now(
            lambda c, one=one, number=number: write.put(c, Kind.FUND, [incoming(one, number)], Author("org", "k"))
        )
        say(f"single {one}")
        rows = [incoming(f"{file}-{row}", row) for row in range(ROWS)]
        store.write_now(lambda c, rows=rows, file=file: write.put(c, Kind.FUND, rows, Author("org", "k", file)))
        say(f"import {file}")
        if number % 3 == 2:
            gone = f"r{round_}-s{number - 1}"
            store.write_now(lambda c, gone=gone: write.remove(c, Kind.FUND, [gone], Author("org", "k")))
            say(f"gone {gone}")
        book.catch_up()
        book.save()


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
