"""The question bank (题库), exam papers as blueprints, and attempts whose clock the server keeps."""
