"""Pages that only explain."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "site/pages/how_it_works.html")


def laboratory(request: HttpRequest) -> HttpResponse:
    """All of it is calculated by the page's scripts; so is what `learning` and `blocks` show."""
    return render(request, "site/lab/lab.html")


def learning(request: HttpRequest) -> HttpResponse:
    return render(request, "site/lab/learning.html")


def blocks(request: HttpRequest) -> HttpResponse:
    return render(request, "site/lab/blocks.html")
