"""Files in: upload, dry run, progress, errors per row, a file to mend, and the way back."""
