"""The hand-made worlds of the tests, each for what the others cannot show.

- `hand_case`: small enough to work the whole model out with pencil and paper; `two_providers` is the same with a second
  provider, for what analyses say of providers.
- `hand_plan`: a case whose shares are round, with a plan worked out by hand: what an audit must find.
- `rule_case`: each rule of the program has a row of round numbers: the golden LPs.
- `small_case`: uses every table and column, and solves in a moment: reading, writing, commands, search.
"""
