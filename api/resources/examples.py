"""One example of each kind for the API's documentation; a test holds them valid."""

from typing import Any

from matcher.domain import Kind

EXAMPLES: dict[Kind, dict[str, Any]] = {
    Kind.PROJECT: {
        "id": "P-2026-001",
        "name": "高比能固态电池电解质中试",
        "teaser": "一种室温离子电导率达到 5 mS/cm 的硫化物固态电解质，拟做公斤级验证。",
        "applicant_kind": "团队",
        "region": "331002",
        "sei": ["新材料"],
        "trl": 4,
        "verification_stage": "前沿技术",
        "round": "种子",
        "financing_need": {"equity": {"amount_min": "80", "amount_max": "200"}},
    },
    Kind.FUND: {
        "id": "F-001",
        "name": "台州概念验证种子基金",
        "manager": "台州创投",
        "kind": "概念验证基金",
        "stages": ["种子", "天使"],
        "trl_min": 3,
        "trl_max": 6,
        "sectors_include": ["新材料"],
        "ticket_min": "30",
        "ticket_max": "200",
        "regions": ["330000"],
    },
    Kind.LOAN: {
        "id": "L-001",
        "name": "科创贷",
        "bank": "某城商行",
        "purposes": ["研发", "流动资金"],
        "amount_max_unsecured": "500",
        "term_max": 36,
        "rate": {"kind": "lpr", "basis_points": 35},
        "borrower_kinds": ["企业"],
        "titles_any_of": ["科技型中小企业", "高新技术企业"],
    },
    Kind.INSURANCE: {
        "id": "I-001",
        "name": "研发费用损失险",
        "insurer": "某财险公司",
        "insurance_class": "研发费用损失",
        "policyholders": ["企业", "高校院所"],
        "covered_risks": ["中试失败"],
        "limit_aggregate": "300",
        "premium_rate": 0.03,
    },
    Kind.EXPERT: {
        "id": "E-001",
        "titles": ["正高"],
        "roles": ["技术"],
        "fields": ["新材料"],
        "profile": "从事固态离子导体研究二十年。",
        "regions": ["330000"],
    },
    Kind.CENTER: {
        "id": "C-001",
        "name": "新材料概念验证中心",
        "kind": "创新平台",
        "scope": "专业型",
        "level": "市级",
        "services": ["样品试制", "试验检测"],
        "region": "331000",
    },
}
