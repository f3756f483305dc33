"""Data sets of labelled photos: imported from folders, exported as ZIP, CSV and COCO."""
