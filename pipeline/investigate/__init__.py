"""Investigation: what is wrong in a window of time, what failing traces have in common, the story of one trace."""
