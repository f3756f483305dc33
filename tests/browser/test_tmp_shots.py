import os
import time
from pathlib import Path

import requests
from PIL import Image

from tests.browser.conftest import *
from tests.support.exif import photo
from tests.support.files import picture

OUT = "/tmp/h-capture-shots"


def test_shots(new_reviewer, instance):
    os.makedirs(OUT, exist_ok=True)
    r = new_reviewer(viewport={"width": 1440, "height": 900})
    base = (
        Image.open(next(Path("photos").rglob("*.jpg")))
        if Path("photos").exists()
        else picture(640, 480)
    )
    ids = []
    for i in range(5):
        im = base.convert("RGB").resize((640, 480))
        im = im.crop((i * 4, 0, 600 + i * 4, 470))
        for name, said in (("b", dict(taken=f"2025:06:01 14:05:0{i}", offset="+02:00")),):
            content = photo(image=im, **said)
            resp = requests.post(
                instance.url + "/api/v1/photos/?wait=20",
                files={"image": (f"burst{i}.jpg", content)},
                headers=dict(r.api.session.headers),
            )
            ids.append(resp.json()["id"])
    for i in range(4):
        content = photo(
            image=picture(300, 200, seed=i + 5),
            model="Pinhole",
            make="",
            taken=f"2024:06:0{i + 1} 14:05:00",
            place=None,
        )
        requests.post(
            instance.url + "/api/v1/photos/?wait=20",
            files={"image": (f"x{i}.jpg", content)},
            headers=dict(r.api.session.headers),
        )
    instance.manage(
        "shell",
        "-v",
        "0",
        "-c",
        "from recognition.analysis import analysis; analysis.analyse_due()",
    )
    for _ in range(3):
        n = instance.manage(
            "shell",
            "-v",
            "0",
            "-c",
            "from recognition.models import Photo; print(Photo.objects.filter(event__isnull=False).count())",
        ).split()[-1]
        print(n)
        if int(n) >= 5:
            break
        time.sleep(1)
    pg = r.page
    for scheme in ("light", "dark"):
        pg.emulate_media(color_scheme=scheme)
        for w in (1440, 390):
            pg.set_viewport_size({"width": w, "height": 900})
            for name, path in (
                ("queue", "/admin/review/"),
            ):
                if scheme == "dark" and w == 820:
                    continue
                resp = pg.goto(path)
                if resp.status != 200:
                    print(path, resp.status)
                    continue
                pg.wait_for_timeout(900)
                pg.screenshot(path=f"{OUT}/{name}-{w}-{scheme}.png", full_page=name != "queue")
                print(
                    name, w, scheme, pg.evaluate("document.documentElement.scrollWidth>innerWidth")
                )
