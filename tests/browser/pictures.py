"""What is true of every picture that pages of this project show."""

MOST_BYTES = 200_000
