"""Where views are kept. Whatever is here can be made again from the topics (promise 3)."""
