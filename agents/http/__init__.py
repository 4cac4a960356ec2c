"""The API and the page (DESIGN 9, 11): what operators, tenants and producers touch. ``app.create_api`` is its whole wiring."""
