"""An independent, slow restatement of the model in plain loops, to check the product against."""
