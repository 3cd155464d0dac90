"""The few roles of a key."""

from matcher.domain.term import Term


class Role(Term):
    """What a key's holder does on the platform."""

    ADMIN = "admin", "administrator", "管理员"
    OFFICER = "officer", "center officer", "中心专员"
    ANALYST = "analyst", "fund, bank or insurance analyst", "分析员"
    ORGANIZER = "organizer", "event organizer", "活动组织者"
    VISITOR = "visitor", "visitor", "访客"
