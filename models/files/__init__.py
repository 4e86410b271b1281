"""The one writer of files and folders: whole or not at all, one writer at a time, and what kills leave is cleared.

A file or folder is written beside its place under a temporary name that never recurs, brought to disk, and put in its
place in one step. While that goes on the writer holds the lock of the place, so that what else lies beside it under
such a name belongs to a writer that is dead: the next one to touch the place, to write or to read, clears it away, and
puts back an earlier folder that was left without its place. Errors name the place and are `OSError`.
"""

from .atomic_file import write_file
from .atomic_folder import remove_folder, write_folder
from .folder_reading import read_folder
from .json_text import json_text, strict_json, write_json
from .lock import locked
from .places import place_of, try_file, try_folder
from .temporary_files import is_temporary

__all__ = [
    "is_temporary",
    "json_text",
    "locked",
    "place_of",
    "read_folder",
    "remove_folder",
    "strict_json",
    "try_file",
    "try_folder",
    "write_file",
    "write_folder",
    "write_json",
]
