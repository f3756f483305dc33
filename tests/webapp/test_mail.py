"""ARK_EMAIL_URL."""

from __future__ import annotations

from webapp import mail


def test_no_mail() -> None:
    assert mail.configured("none://") == {}


def test_a_server_with_a_password() -> None:
    found = mail.configured("smtps://ark%40example.org:p%3Aw@mail.example.org")
    assert (found["host"], found["port"]) == ("mail.example.org", "465")
    assert (found["user"], found["password"]) == ("ark@example.org", "p:w")


def test_encrypted_unless_it_is_said_otherwise() -> None:
    assert mail.configured("smtp://mail.example.org")["port"] == "587"
    assert mail.configured("smtp+plain://localhost:2525")["port"] == "2525"


def test_a_folder() -> None:
    assert mail.configured("file:///tmp/mail")["folder"] == "/tmp/mail"
