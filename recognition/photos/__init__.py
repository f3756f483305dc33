"""Photos: their bytes reach the disk, are judged, stored, found again and deleted."""
