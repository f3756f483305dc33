"""Pages that only explain."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "site/pages/how_it_works.html")
