"""Backups: taken while Ark runs, verified, and restored into another home, on either database.

A backup is a folder, to which each run adds a snapshot, or a single ZIP file with one snapshot.
Both are laid out alike:

    objects/ab/abcd...              originals and files of versions, each once, named by its sha256
    snapshots/NAME/manifest.json    what the snapshot holds, with the sha256 of its files
    snapshots/NAME/files.jsonl.gz   the objects that it needs
    snapshots/NAME/tables/...       the rows of each table: JSON, a row a line
    snapshots/NAME/secret-key       only if asked for

All of it is data. Names that are read out of a backup never become paths unless they look as they
should.
"""
