"""Solving many scenarios for one question: the session, the plan it is about, and work spread over processes."""
