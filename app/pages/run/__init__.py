"""The Run page: one run, live and afterwards. It shows what was recorded and never reads the store or a file itself.

`page.RunPage` is imported where it is made: it brings pyqtgraph, which the window's start does not wait for.
"""
