"""A contact-centre conversation, made up, that shows a whole crossing through a real server."""
