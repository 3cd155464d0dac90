"""The name of each kind in addresses."""

from matcher.domain import Kind

NOUNS: dict[Kind, str] = {
    Kind.PROJECT: "projects",
    Kind.FUND: "funds",
    Kind.LOAN: "loans",
    Kind.INSURANCE: "insurance",
    Kind.EXPERT: "experts",
    Kind.CENTER: "centers",
}
