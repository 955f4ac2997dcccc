"""What this program keeps on disk beside the journal."""
