"""From a network's page to what the laboratory shows of it, and back."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from recognition.cnn.networks.summaries import summaries
from recognition.site.learn.benches import bench_for


def test_a_networks_page_leads_to_its_figure_which_leads_back(db: None) -> None:
    blocks = Client().get(reverse("lab-blocks")).content.decode()
    for name in re.findall(r'href="/networks/([\w-]+)/"', blocks):
        bench = bench_for(name)
        assert f'href="{bench}"' in Client().get(reverse("network", args=[name])).content.decode()
        assert f'id="{bench.partition("#")[2]}"' in blocks


@pytest.mark.parametrize("name", ["vgg16", "nanodet_g", "no such network"])
def test_other_networks_have_none(name: str) -> None:
    assert bench_for(name) == ""


def test_every_bench_is_of_a_network_of_the_catalogue() -> None:
    assert sum(bench_for(name) != "" for name in summaries()) == 10
