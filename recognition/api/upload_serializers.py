"""What uploads look like in the API, and what comes of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class UploadSerializer(serializers.Serializer[dict]):
    """For the schema only: the view reads the files, which are on the disk already."""

    image = serializers.FileField()
    label: Any = serializers.SlugField(required=False)


class BulkUploadSerializer(serializers.Serializer[dict]):
    """For the schema only."""

    images = serializers.ListField(child=serializers.FileField(), required=False)
    archive = serializers.FileField(required=False, help_text="a ZIP file")
    labelled = serializers.BooleanField(
        required=False, help_text="the archive's folders name labels (reviewers only)"
    )
    create_labels = serializers.BooleanField(
        required=False,
        help_text="labels of this name that are missing are added, as `other`, for who may add any",
    )


class RejectedSerializer(serializers.Serializer[dict]):
    name = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class BulkResultSerializer(serializers.Serializer[dict]):
    batch = serializers.UUIDField()
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = RejectedSerializer(many=True)
    left_out = serializers.IntegerField(help_text="files that systems put into folders")


class BatchProgressSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
