"""What endangers who uses Ark does not start by accident."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import home, privileges, unsafe
from webapp.home import BASE_DIR

HTTPS, PLAIN = {"ARK_HTTPS": "true"}, {"ARK_HTTPS": "false"}


@pytest.fixture(autouse=True)
def _an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def _set(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "ark.example.com", ""])
@pytest.mark.parametrize(
    ("environment", "said"),
    [(PLAIN, "ARK_HTTPS=false.*TLS"), ({**HTTPS, "DEBUG": "true"}, "DEBUG=true")],
)
def test_what_others_reach_is_safe(
    host: str, environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(monkeypatch, environment)
    with pytest.raises(SystemExit, match=said) as refused:
        unsafe.refuse(host)
    assert "ARK_INSECURE=yes" in str(refused.value)
    monkeypatch.setenv("ARK_INSECURE", "yes")
    unsafe.refuse(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_may_do_without(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, {**PLAIN, "DEBUG": "true"})
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    unsafe.refuse(host)


def test_root_serves_nobody_but_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, HTTPS)
    unsafe.refuse("0.0.0.0")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(SystemExit, match=r"as root.*ARK_USER=ark make run"):
        unsafe.refuse("0.0.0.0")


def test_root_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unsafe.warn_root()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    unsafe.warn_root()
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "ARK_USER=" in told


def test_the_web_server_itself_refuses_too() -> None:
    """Whoever does not start it by `make run`."""
    environment = {**os.environ, "HOST": "0.0.0.0", "ARK_HTTPS": "false"}
    command = [sys.executable, "-m", "gunicorn", "--config", "webapp/gunicorn.py", "webapp.wsgi"]
    ended = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 1
    assert "ARK_HTTPS=false" in ended.stderr


def test_a_home_that_others_may_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir(mode=0o755)
    for name in ("db.sqlite3", "db.sqlite3-wal", "secret-key", "somebody-elses"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    home.tighten(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path, *tmp_path.iterdir())}
    assert modes == {
        tmp_path.name: 0o700,
        "media": 0o700,
        "db.sqlite3": 0o600,
        "db.sqlite3-wal": 0o600,
        "secret-key": 0o600,
        "somebody-elses": 0o644,
    }


def test_a_home_that_cannot_be_closed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_permitted(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(home, "ARK_HOME", tmp_path)
    monkeypatch.setattr(Path, "chmod", not_permitted)
    with pytest.raises(SystemExit, match=rf"others may read.*chmod -R go= {tmp_path}"):
        home.make_home()
    monkeypatch.setenv("ARK_INSECURE", "yes")
    home.make_home()


@pytest.mark.parametrize("begun", ["manage.py", "webapp.celery", "webapp.gunicorn", "webapp.home"])
def test_what_any_process_writes_is_its_own(begun: str) -> None:
    """manage.py only names the settings; loading them is what every command does first."""
    module = "webapp.settings" if begun == "manage.py" else begun
    code = f"import os, {module}; print(oct(os.umask(0)))"
    printed = subprocess.check_output([sys.executable, "-c", code], cwd=BASE_DIR, text=True)
    assert printed.strip() == "0o77"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_root_becomes_the_named_user_with_all_its_state(tmp_path: Path) -> None:
    state = tmp_path / "home"
    (state / "media").mkdir(parents=True)
    (state / "secret-key").touch(mode=0o600)
    tmp_path.chmod(0o755)
    code = (
        "import os; from pathlib import Path; from webapp import home, privileges\n"
        "home.BASE_DIR = Path('/etc'); home.models_store = lambda: home.ARK_HOME / 'models_store'\n"
        "os.access = lambda *_: True\n"
        "privileges.become('nobody')\n"
        "print(os.getuid(), os.geteuid())"
    )
    environment = {**os.environ, "ARK_HOME": str(state)}
    printed = subprocess.check_output(
        [sys.executable, "-c", code], cwd=BASE_DIR, env=environment, text=True
    )
    owners = {path.stat().st_uid for path in (state, *state.iterdir())}
    assert owners == set(map(int, printed.split()))
    assert 0 not in owners


def test_a_user_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit, match="no such user"):
        privileges.become("nobody-of-that-name")
