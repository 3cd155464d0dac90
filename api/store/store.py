"""The open database: reads on any thread, writes through the one writer."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection

from api.store.engine import make_engines
from api.store.migrate import migrate
from api.store.writer import Writer

T = TypeVar("T")


class Store:
    """A database opened by URL: `sqlite:///var/matcher.db` or `postgresql://user@host/name`."""

    def __init__(self, url: str, read_threads: int = 4) -> None:
        self.url = url
        self.reader, self._write_engine = make_engines(url)
        migrate(self._write_engine)
        self.writer = Writer(self._write_engine)
        self._threads = ThreadPoolExecutor(read_threads, thread_name_prefix="store-reader")

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """The result of `query(connection)` on this thread, in one transaction."""
        with self.reader.begin() as connection:
            return query(connection)

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """The result of `work(connection)` after its durable commit; blocks this thread."""
        return self.writer.submit(work).result()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """`read_now` on a reading thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, query)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """`write_now` without blocking the event loop."""
        return await asyncio.wrap_future(self.writer.submit(work))

    def close(self) -> None:
        """Finishes the waiting writes and lets go of all connections."""
        self.writer.close()
        self._threads.shutdown()
        self.reader.dispose()
        self._write_engine.dispose()
