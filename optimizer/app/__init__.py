"""A run as a page in a browser on this machine: who may ask for it, and the server that Voila makes of it.

Needs the extra `app`: Voila and what draws its widgets.
"""
