"""Processes: workers that train, labs that answer, and the supervisor that starts, watches and ends them. No Qt."""
