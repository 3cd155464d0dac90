"""The domain of Matcher: records, columns, rules, scores, panels, schedules. No HTTP, no SQL, no clock, no globals."""
