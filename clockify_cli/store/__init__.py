"""The files this program keeps, besides the journal."""
