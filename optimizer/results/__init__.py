"""What a solve leaves: result, plan document, run folder, and the records that rooms hand on."""
