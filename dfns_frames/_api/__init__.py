"""What the API returns and means, as data: tables, and the sources that feed them."""
