"""How each network of the catalogue, and the finder, is built: layers and drawings, kept as files.

`python -m recognition.cnn.diagrams` writes them; `stored.py` reads them without torch.
"""
