"""The finder: where in a photo something stands, and which of COCO's 80 classes it is."""
