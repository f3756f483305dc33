"""bin/deploy_secrets.py and bin/make_bucket.py, which start an instance elsewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from webapp.home import BASE_DIR


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BASE_DIR / "bin" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


deploy_secrets, make_bucket = _loaded("deploy_secrets"), _loaded("make_bucket")


def _values(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def test_secrets_are_new_each_time_and_nobody_elses(tmp_path: Path) -> None:
    one, other = tmp_path / "one.env", tmp_path / "other.env"
    for file in (one, other):
        assert deploy_secrets.main(["ark.example.com", str(file)]) == 0
        assert file.stat().st_mode & 0o777 == 0o600
    same = {name for name, value in _values(one).items() if value == _values(other)[name]}
    assert same == {"ARK_ALLOWED_HOSTS"}
    assert len(_values(one)["SECRET_KEY"]) >= 50


def test_addresses_carry_the_passwords_of_the_servers(tmp_path: Path) -> None:
    deploy_secrets.main(["ark.example.com", str(tmp_path / "env")])
    values = _values(tmp_path / "env")
    assert f"ark:{values['POSTGRES_PASSWORD']}@" in values["DATABASE_URL"]
    assert f":{values['VALKEY_PASSWORD']}@" in values["REDIS_URL"]


def test_secrets_that_are_there_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "env").write_text("SECRET_KEY=old\n")
    assert deploy_secrets.main(["ark.example.com", str(tmp_path / "env")]) == 1
    assert (tmp_path / "env").read_text() == "SECRET_KEY=old\n"
    assert "is there already" in capsys.readouterr().err


def test_containers_get_every_secret_that_they_ask_for(tmp_path: Path) -> None:
    deploy_secrets.main(["ark.example.com", str(tmp_path / "env")])
    compose = (BASE_DIR / "deploy" / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)(?!\w|:-)", compose))  # not what may be empty
    assert asked - _values(tmp_path / "env").keys() == set()


class _Store:
    """As boto3's client."""

    def __init__(self, code: str = "") -> None:
        self.made: list[str] = []
        self._code = code

    def create_bucket(self, **named: str) -> None:
        from botocore.exceptions import ClientError

        if self._code:
            raise ClientError({"Error": {"Code": self._code}}, "CreateBucket")
        self.made.append(named["Bucket"])


def test_a_bucket_is_made_once() -> None:
    store = _Store()
    assert make_bucket.make(store, "ark")
    assert store.made == ["ark"]
    assert not make_bucket.make(_Store("BucketAlreadyOwnedByYou"), "ark")


def test_a_bucket_that_is_refused_is_not_taken_for_made() -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError):
        make_bucket.make(_Store("AccessDenied"), "ark")
