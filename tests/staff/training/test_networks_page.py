from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from recognition.cnn.networks.summaries import summaries
from recognition.models import DataSet, Mode, ModelVersion, TrainingRun
from recognition.staff.training import run_text
from recognition.staff.training.network_texts import KINDS, TEXTS


def page(client: Client, name: str) -> str:
    response = client.get(reverse("training-network", args=[name]))
    assert response.status_code == 200
    html = re.sub(r"\s+", " ", unescape(response.content.decode()))
    return html.replace("> <", "><")


def test_every_network_has_its_text_and_every_kind_is_used() -> None:
    assert list(TEXTS) == list(summaries())
    used = {layer.kind for network in summaries().values() for layer in network.layers}
    assert set(KINDS) <= used


def test_the_catalogue_shows_every_network(as_reviewer: Client) -> None:
    html = as_reviewer.get(reverse("training-networks")).content.decode()
    for network in summaries().values():
        assert network.title in html
        assert reverse("training-network", args=[network.name]) in html


@pytest.mark.parametrize("name", summaries())
def test_every_network_has_a_page_with_its_source(name: str, as_reviewer: Client) -> None:
    assert summaries()[name].source.split(",")[0] in page(as_reviewer, name)


def test_the_paper_is_linked(as_reviewer: Client) -> None:
    assert "https://arxiv.org/abs/1512.03385" in page(as_reviewer, "resnet18")
    assert "https://doi.org/10.1109/5.726791" in page(as_reviewer, "lenet5")


def test_large_counts_are_rounded(as_reviewer: Client) -> None:
    html = page(as_reviewer, "googlenet")
    assert "5.6 million" in html
    assert "1,497 million" in html


def test_chinese_counts_by_ten_thousands() -> None:
    with override("zh-hans"):
        assert run_text.many(5_600_000) == "560 万"
        assert run_text.many(1_497_000_000) == "15.0 亿"


def test_layers_are_listed_with_output_and_parameters(as_reviewer: Client) -> None:
    html = page(as_reviewer, "lenet5")
    assert '<td><code>Conv2d</code></td><td class="is-number">16 × 10 × 10</td>' in html
    assert "2,416" in html
    assert "embedding of 84 numbers" in html


def test_options_are_explained(as_reviewer: Client) -> None:
    html = page(as_reviewer, "three_stage")
    for text in ("Convolution layers", "3–9", "Kernel size", "3, 5, 7", "max, average"):
        assert text in html


def test_trainers_get_from_a_network_to_its_training(
    as_trainer: Client, as_reviewer: Client
) -> None:
    link = reverse("training-launch") + "?mode=from_scratch&network=resnet18"
    assert link in page(as_trainer, "resnet18")
    assert link not in page(as_reviewer, "resnet18")


def test_versions_and_runs_of_it_are_linked(
    as_trainer: Client, as_reviewer: Client, trainer: User
) -> None:
    run = TrainingRun.objects.create(
        by=trainer, mode=Mode.FROM_SCRATCH, network="lite0", dataset=DataSet.objects.create()
    )
    address = reverse("training-run", args=[run.id])
    assert address in page(as_trainer, "lite0")
    assert address not in page(as_trainer, "lite1")
    assert address not in page(as_reviewer, "lite0")  # who may not see runs
    version = ModelVersion.objects.get()
    link = reverse("admin:recognition_modelversion_change", args=[version.id])
    assert link in page(as_reviewer, "lite0")


def test_an_unknown_network_is_not_found(as_reviewer: Client) -> None:
    assert as_reviewer.get(reverse("training-network", args=["skynet"])).status_code == 404
