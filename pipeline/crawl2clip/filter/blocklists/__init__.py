"""Lists that users supply, and matchers for them."""
