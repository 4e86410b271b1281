"""Runs on disk: opened only when their digests and their audit agree with what they say."""
