"""Rules that can be loosened, sets of rules that contradict each other, and how far each limit can go."""
