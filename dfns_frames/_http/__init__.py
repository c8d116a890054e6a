"""One host, one secret, one deadline: requests, their replies, and what goes wrong on the way."""
