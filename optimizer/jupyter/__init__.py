"""For JupyterLab: live what-if, and progress under the cell at work."""
