"""Mutation fuzzing: files of cases and runs, damaged in hundreds of seeded ways, are read or refused in words."""
