"""The domain of Matcher: records, rules, scores, panels, schedules. No HTTP, no SQL, no clock, no globals."""
