"""The museum of networks."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from recognition.cnn.diagrams.stored import diagram
from recognition.cnn.finder.catalogue import DEFAULT_FINDER
from recognition.cnn.networks.summaries import summaries
from recognition.models import ModelVersion
from recognition.site.learn.cost_chart import Box, cost_chart
from recognition.site.learn.network_drawings import WIDTH, figure
from recognition.site.learn.network_stories import STORIES
from recognition.site.learn.operation_texts import BLOCKS, operation
from recognition.staff.versions.version_summary import accuracy
from recognition.versions.measured import measure_of
from tests.support.pages import client_of, text

LISTED = reverse("networks")
NAMES = [*summaries(), DEFAULT_FINDER]


def address(name: str) -> str:
    return reverse("network", args=[name])


def test_strangers_see_all_networks_in_order_of_their_year(db: None) -> None:
    html = Client().get(LISTED).content.decode()
    years = re.findall(r'<p class="museum-year">(\d+)</p>', html)
    assert years == sorted(years)
    assert len(years) == len(NAMES)
    for name in NAMES:
        assert f'href="{address(name)}"' in html


def test_what_is_published_stands_in_the_chart_and_its_table(db: None) -> None:
    words = text(Client().get(LISTED))
    assert "ResNet-50 4,087 million 76.1 % 224" in words.replace("\u00a0", " ")


def test_titles_in_the_chart_cover_no_points_and_no_other_titles() -> None:
    found = [(name, summaries()[name].title) for name in summaries() if diagram(name).published]
    networks = [(name, title, diagram(name).published) for name, title in found]
    chart = cost_chart([(name, title, found) for name, title, found in networks if found])
    points = [(point.x - 3, point.y - 3, point.x + 3, point.y + 3) for point in chart.points]
    boxes = [_box(point.title, point.anchor, point.text_x, point.text_y) for point in chart.points]
    places = [*boxes, *points]
    assert not [
        (one, other)
        for at, one in enumerate(boxes)
        for other in places[at + 1 :]
        if min(one[2], other[2]) - max(one[0], other[0]) > 2
        and min(one[3], other[3]) - max(one[1], other[1]) > 2
    ]
    assert all(left > 0 and right < chart.width for left, _top, right, _bottom in boxes)


def _box(title: str, anchor: str, x: float, y: float) -> Box:
    wide = 5.6 * len(title)
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
    return left, y - 8, left + wide, y + 1


@pytest.mark.parametrize("name", NAMES)
def test_every_network_has_a_page_with_its_story_drawings_and_layers(name: str, db: None) -> None:
    response = Client().get(address(name))
    html, words = unescape(response.content.decode()), text(response)
    assert str(STORIES[name].brought) in words
    assert STORIES[name].papers[0].link in html
    assert html.count('<svg class="plan"') == len(diagram(name).drawings)
    assert html.count("<tr>") - html.count("<thead>") == len(diagram(name).layers) - 1


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_says_in_words_what_it_shows_and_stays_within_its_frame(name: str) -> None:
    built = diagram(name)
    for drawing in built.drawings:
        drawn = figure(built, drawing, "Net")
        assert all(shape.x >= 0 and shape.x + shape.width <= WIDTH for shape in drawn.shapes)
        assert all(shape.y + shape.height <= drawn.height for shape in drawn.shapes)
        said = [line.text for shape in drawn.shapes for line in shape.texts if not shape.is_narrow]
        assert all(word in drawn.alternative for word in said)
        if drawing.block:
            assert drawn.title == BLOCKS[drawing.block].title


def test_boxes_of_a_row_do_not_lie_upon_each_other() -> None:
    for name in NAMES:
        for drawing in diagram(name).drawings:
            shapes = sorted(figure(diagram(name), drawing, "").shapes, key=lambda one: one.x)
            for at, one in enumerate(shapes):
                beside = [
                    other
                    for other in shapes[at + 1 :]
                    if other.y < one.y + one.height and one.y < other.y + other.height
                ]
                assert all(other.x >= one.x + one.width for other in beside), name


def test_operations_are_told_with_their_settings() -> None:
    said = {layer.name: operation(layer) for layer in diagram("resnet50_dilated").layers}
    assert said["conv1"] == "7 × 7 convolution, stride 2, padding 3"
    assert said["layer4.1.conv2"] == "3 × 3 convolution, padding 4, dilation 4"
    assert said["maxpool"] == "3 × 3 max pooling, stride 2, padding 1"
    assert said["avgpool"] == "Average of each channel"


def test_drawings_speak_the_readers_language(db: None) -> None:
    words = text(Client().get(address("resnet18"), headers={"Accept-Language": "zh-hans"}))
    assert "7 × 7 卷积" in words


def test_versions_and_their_accuracy_are_for_who_may_see_versions(
    reviewer: User, uploader: User, live_version: ModelVersion
) -> None:
    version, page = live_version, address(live_version.network)
    measured = f"accuracy {accuracy(measure_of(version))}"
    assert f"{version} live · {measured}" in text(client_of(reviewer).get(page))
    for client in (Client(), client_of(uploader)):
        assert "Versions of it here" not in text(client.get(page))


def test_from_a_network_the_way_leads_to_those_before_and_after_it(db: None) -> None:
    html = Client().get(address("alexnet")).content.decode()
    assert f'href="{address("three_stage_photo")}"' in html
    assert f'href="{address("vgg16")}"' in html


def test_an_unknown_network_is_not_found(db: None) -> None:
    assert Client().get(address("skynet")).status_code == 404


@pytest.mark.parametrize("name", ["training-launch", "training-experiment-new"])
def test_who_chooses_a_network_for_training_can_look_at_it(name: str, trainer: User) -> None:
    html = client_of(trainer).get(reverse(name), {"mode": "from_scratch", "network": "vgg16"})
    assert f'href="{address("vgg16")}"' in html.content.decode()
