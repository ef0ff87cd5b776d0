"""migration.yaml and its CSV files: who moves; secrets only as references."""
