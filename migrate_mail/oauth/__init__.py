"""Access tokens for Microsoft 365 and Google, got by their own libraries; kept in memory only."""
