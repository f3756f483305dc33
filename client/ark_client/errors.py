from __future__ import annotations

import requests


class ArkError(Exception):
    """The server has refused a request. Its text says why, for people.

    status: of HTTP, such as 404; 0 if a file could not even be read. code: for programs, such as
    `unsupported_format`; docs/api.md of the server lists them.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail

    @classmethod
    def of(cls, response: requests.Response) -> ArkError:
        try:
            said = response.json()
        except requests.JSONDecodeError:  # a proxy's page
            said = {}
        detail = said.get("detail") or f"{response.status_code} {response.reason}"
        return cls(response.status_code, said.get("code") or "error", str(detail))
