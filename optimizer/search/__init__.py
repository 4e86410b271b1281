"""The search: menus as columns, bounds that hold whatever stops it, branching until the gap is proved."""
