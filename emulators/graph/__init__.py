"""The part of Microsoft Graph (beta) by which Intune takes corporate device identifiers."""
