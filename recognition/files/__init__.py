"""Where the bytes lie: on this machine's disk, or in a bucket that all machines share."""
