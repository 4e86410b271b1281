"""The command `tierwise`: its arguments, what each command does, and how it says it."""
