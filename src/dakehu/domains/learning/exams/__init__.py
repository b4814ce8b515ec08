"""The question bank (题库), exam papers as blueprints, and attempts timed by the server."""
