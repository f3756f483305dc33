"""A whole instance with real processes, as the Procfile starts them, for drills and browsers."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis
import requests

from tests.support import prepared
from tests.support.shell import Shell
from webapp.home import BASE_DIR

PASSWORD = "a long passphrase"
_PATIENCE_S = 120  # nothing takes that long, but tests say nothing of how fast the machine is
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 0.25
# What uploads and reviews need; what trains takes the longest to start.
WITHOUT_TRAINING = ("web", "redis", "predictor", "analyst")


class Instance:
    """The processes of the Procfile; each can be stopped, killed and started alone.

    code: the checkout that they run.
    """

    def __init__(
        self, home: Path, models_store: Path, code: Path = BASE_DIR, **settings: str
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = home
        self.models_store = models_store
        self._code = code
        self._environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ARK_HOME": str(home),
            "ARK_MODELS_STORE": str(models_store),
            "ARK_HTTPS": "false",
            "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}",  # not the tests' own
            "PORT": str(self.port),
            **settings,
        }
        self._parts: dict[str, subprocess.Popen[bytes]] = {}
        self._shell: Shell | None = None

    def prepare(self) -> None:
        """As `make run` does; a new home of this version is a copy of one that was so prepared."""
        database = self._environment["DATABASE_URL"]
        if self._code != BASE_DIR or not prepared.copy_to(
            self.home,
            self.models_store,
            database,
            lambda home: Instance(home, self.models_store).prepare_anew(),
        ):
            self.prepare_anew()

    def prepare_anew(self) -> None:
        self._run(sys.executable, "-m", "webapp.home")
        self.manage("prepare")

    def manage(self, *arguments: str) -> str:
        if arguments[0] == "shell":
            self._shell = self._shell or Shell(self._code, self._environment)
            return self._shell.run(*arguments)
        return self._run(sys.executable, "manage.py", *arguments)

    def start(self, *names: str) -> None:
        """Start these parts, or all of them."""
        for name, command in procfile(self._code).items():
            if not names or name in names:
                log = (self.home / f"{name}.log").open("ab")
                self._parts[name] = subprocess.Popen(
                    command,
                    cwd=self._code,
                    env=self._environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        if not names or "web" in names:
            wait_until(self._web_answers)

    def stop(self, *names: str) -> None:
        """Stop these parts, or all, as Ctrl-C does."""
        if self._shell and not names:
            self._shell.end()
            self._shell = None
        self._signal(signal.SIGTERM, names)

    def kill(self, *names: str) -> None:
        """End these parts, with their children, as a power failure does."""
        self._signal(signal.SIGKILL, names)

    def processes(self, name: str) -> list[int]:
        """The ids of a part's process and of all its children."""
        return _with_children(self._parts[name].pid)

    @property
    def redis(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.home / "redis.sock"))

    def forget_heartbeats(self, part: str) -> None:
        """As if half a minute had passed since this part was heard."""
        self.redis.delete(f"ark:heartbeats:{part}")

    def token_of(self, username: str, group: str = "Uploader") -> str:
        """An API token; the user is created if need be, with PASSWORD."""
        printed = self.manage(
            "shell",
            "-c",
            "from django.contrib.auth.models import Group, User\n"
            f"user, created = User.objects.get_or_create(username={username!r})\n"
            f"user.set_password({PASSWORD!r})\n"
            f"user.is_staff = {group != 'Uploader'}\n"
            "user.save()\n"
            f"user.groups.add(Group.objects.get(name={group!r}))\n"
            "try:\n"
            "    from recognition.people import tokens\n"
            "    print(tokens.make(user, 'test', tokens.Scope, None, None)[1])\n"
            "except ImportError:  # the version before\n"
            "    from rest_framework.authtoken.models import Token\n"
            "    print(Token.objects.get_or_create(user=user)[0])",
        )
        return printed.split()[-1]

    def signed_in(self, username: str) -> requests.Session:
        """As a browser that has signed in with PASSWORD."""
        browser = requests.Session()
        browser.get(f"{self.url}/sign-in/", timeout=60)
        fields = {"username": username, "password": PASSWORD}
        fields["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        answer = browser.post(f"{self.url}/sign-in/", data=fields, timeout=60)
        assert answer.url == f"{self.url}/", answer.text
        return browser

    def api(self, token: str) -> Api:
        return Api(self.url, token)

    def _signal(self, number: signal.Signals, names: tuple[str, ...]) -> None:
        wanted, stuck = set(names or self._parts), []
        for together in (wanted - {"redis"}, wanted & {"redis"}):  # after those who need it
            ending = {name: self._parts.pop(name) for name in together}
            for process in ending.values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            stuck += [name for name, process in ending.items() if not _ends(process)]
        assert not stuck, f"{stuck} did not end within {_PATIENCE_S} s"

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self._code, env=self._environment, stdout=subprocess.PIPE, text=True
        )
        try:
            done.check_returncode()
        except subprocess.CalledProcessError as error:
            error.add_note(done.stdout)
            raise
        return done.stdout

    def _web_answers(self) -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/api/v1/labels/", timeout=5).status_code == 401
        return False


class Api:
    """The HTTP API as a user's script would call it."""

    def __init__(self, url: str, token: str) -> None:
        self.base = f"{url}/api/v1"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Token {token}"

    def get(self, path: str, **query: object) -> dict:
        response = self.session.get(f"{self.base}/{path}", params=query, timeout=60)
        response.raise_for_status()
        return response.json()

    def upload(self, path: Path) -> requests.Response:
        with path.open("rb") as stream:
            return self.session.post(f"{self.base}/photos/", files={"image": stream}, timeout=60)

    def upload_many(self, files: list[tuple[str, bytes]]) -> dict:
        response = self.session.post(
            f"{self.base}/photos/bulk/", files=[("images", file) for file in files], timeout=120
        )
        response.raise_for_status()
        return response.json()


@contextlib.contextmanager
def running(
    home: Path, models_store: Path, parts: tuple[str, ...] = (), **settings: str
) -> Iterator[Instance]:
    """A prepared instance with these parts running, or all of them, ended in any case."""
    home.mkdir(parents=True, exist_ok=True)
    instance = Instance(home, models_store, **settings)
    instance.prepare()
    try:
        instance.start(*parts)
        yield instance
    finally:
        instance.stop()


def wait_until(condition: Callable[[], object], timeout_s: float = _PATIENCE_S) -> None:
    deadline, pause_s = time.monotonic() + timeout_s, _FIRST_PAUSE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{condition} did not come true within {timeout_s} s")
        time.sleep(pause_s)
        pause_s = min(1.1 * pause_s, _LONGEST_PAUSE_S)  # to ask costs what is waited for its time


def procfile(code: Path) -> dict[str, list[str]]:
    """The commands of the Procfile, without the loop that starts them again."""
    lines = (code / "Procfile").read_text().splitlines()
    parts = dict(line.split(": bin/keep-running ", 1) for line in lines if line[0] != "#")
    return {name: shlex.split(command) for name, command in parts.items()}


def _ends(process: subprocess.Popen[bytes]) -> bool:
    """By itself, not only because nobody waits any longer."""
    try:
        process.wait(timeout=_PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    return True


def _with_children(pid: int) -> list[int]:
    """Each thread has children of its own; one that ends meanwhile has none."""
    children = []
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += thread.read_text().split()
    return [pid, *(descendant for child in children for descendant in _with_children(int(child)))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
