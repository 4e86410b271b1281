"""What every question returns: an answer, the folder it is saved as, and its page."""
