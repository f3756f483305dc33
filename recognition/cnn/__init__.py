"""The pure room: PyTorch, OpenVINO, Pillow and NumPy; knows no Django."""
