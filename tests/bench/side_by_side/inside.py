"""The rows that no peer has: what the bench's own programs measure of the ledger, of a whole recipient's way and of growth."""

ROWS = []
