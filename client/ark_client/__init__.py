"""A client of Ark's HTTP API.

from ark_client import Ark

ark = Ark("https://ark.example.com", token="ark_...")
photo = ark.upload("cat.jpg", wait_s=10)
print(photo.prediction.label, photo.prediction.confidence)
"""

from ark_client.client import Ark
from ark_client.errors import ArkError
from ark_client.results import Confidence, Label, Photo, Prediction, Subject

__all__ = ["Ark", "ArkError", "Confidence", "Label", "Photo", "Prediction", "Subject"]
