"""What the API of every room stands on: keys, declared routes, problems, pages of rows, plain types."""
