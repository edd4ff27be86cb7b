"""A candidate policy beside the active one on live calls: what it would have changed, counted."""
