"""What a plan delivers, what it is called against its targets, and what delivering it otherwise would cost."""
