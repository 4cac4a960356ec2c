"""Investigation on the topics: read without a group, from where a window of time begins, up to what is committed now."""
