"""The words of the domain: records, issues, outcomes, time. No logic beyond their own meaning."""
