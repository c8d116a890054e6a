"""What the API returns and means, as data."""
