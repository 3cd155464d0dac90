"""The closed vocabularies of DOMAIN sections 3 and 3.1: one English word per Chinese term."""

from matcher.domain.term import Term


class Evidence(Term):
    """How well a field's value is founded."""

    DECLARED = "自述", "declared", "自报"
    DOCUMENTED = "有证明", "documented", "有材料"
    VERIFIED = "已核验", "verified", "已核实"


class ApplicantKind(Term):
    """Who stands behind a project."""

    TEAM = "团队", "team", "创业团队", "个人", "自然人"
    INSTITUTE = "高校院所", "institute", "高校", "科研院所", "大学", "研究院", "university", "research institute"
    COMPANY = "企业", "company", "公司", "firm"
    HOSPITAL = "医院", "hospital", "医疗机构"


class Round(Term):
    """Financing round; also the stages that a fund invests in."""

    SEED = "种子", "seed", "种子轮", "preseed", "pre-seed", "概念验证"
    ANGEL = "天使", "angel", "天使轮", "天使+"
    PRE_A = "Pre-A", "pre-A", "Pre-A轮", "PreA"
    A = "A", "series A", "A轮", "A+", "A+轮"
    B_PLUS = "B+", "series B or later", "B", "B轮", "B轮及以后", "C轮", "series B", "growth", "成长期"


class VerificationStage(Term):
    """The policy's four stages of proof of concept (item 2); their TRL spans are our reading."""

    EARLY_RESULT = "创新概念", "early result", "早期成果", "1", "理论与仿真"
    PROTOTYPE = "前沿技术", "prototype", "2", "原型与性能", "样机"
    ENGINEERING = "中试放大", "engineering", "需二次开发", "3", "中试", "二次开发", "工程化"
    MARKET = "创新产品", "market", "4", "市场与商业模式", "产品化"

    @property
    def number(self) -> int:
        """1 to 4, as the policy counts."""
        return self.position + 1

    @property
    def trl_span(self) -> tuple[int, int]:
        """The technology readiness levels that belong to the stage; spans overlap on purpose."""
        return ((1, 3), (3, 5), (5, 7), (6, 9))[self.position]


class IpOwnership(Term):
    """Who owns the intellectual property."""

    UNIT = "单位", "employer", "单位所有", "职务成果"
    PERSON = "个人", "person", "个人所有"
    SHARED = "共有", "shared", "共同所有"
    LICENSED = "许可", "licensed", "被许可"
    UNSETTLED = "未定", "unsettled", "待定", "未确权"


class IpKind(Term):
    """Kind of an intellectual property right."""

    INVENTION = "发明", "invention", "发明专利", "invention patent"
    UTILITY_MODEL = "实用新型", "utility model"
    DESIGN = "外观", "design", "外观设计"
    PCT = "PCT", "PCT application", "PCT申请", "国际专利"
    SOFTWARE = "软著", "software copyright", "软件著作权", "计算机软件著作权"
    IC_LAYOUT = "集成电路布图", "IC layout", "集成电路布图设计"
    PLANT = "植物新品种", "plant variety"
    TRADE_SECRET = "技术秘密", "trade secret", "商业秘密", "know-how"


class IpState(Term):
    """Where an intellectual property right stands."""

    NOT_FILED = "未申请", "not filed"
    FILED = "已受理", "filed", "受理", "申请中", "pending"
    EXAMINED = "实审", "in examination", "实质审查", "公开"
    GRANTED = "授权", "granted", "已授权", "有效"
    REFUSED = "驳回", "refused"
    LAPSED = "失效", "lapsed", "无效", "终止"
    PLEDGED = "质押", "pledged", "已质押"
    LICENSED_OUT = "许可", "licensed out", "已许可"


class FreedomToOperate(Term):
    """State of the freedom-to-operate search."""

    NONE = "无", "none", "未做"
    FIRST_LOOK = "初查", "first look"
    DONE = "完成", "done", "已完成"


class BudgetKind(Term):
    """What a verification budget is spent on."""

    STAFF = "人员", "staff", "人员费", "人工"
    MATERIAL = "材料", "material", "材料费"
    EQUIPMENT = "设备", "equipment", "设备费"
    TESTING = "检测", "testing", "检测费", "测试"
    OUTSOURCED = "委外", "outsourced", "外协", "委托开发"
    IP = "知识产权", "intellectual property", "知识产权费"
    OTHER = "其他", "other", "其它"


class Collateral(Term):
    """What a borrower can pledge."""

    REAL_ESTATE = "不动产", "real estate", "房产", "土地"
    EQUIPMENT = "设备", "equipment"
    RECEIVABLES = "应收账款", "receivables"
    PATENT = "专利质押", "patent pledge", "知识产权质押"
    SURETY = "保证", "surety", "担保"
    NONE = "无", "none"


class CompanyTitle(Term):
    """Titles that a company can hold (DOMAIN 3.1)."""

    TECH_SME = "科技型中小企业", "technology SME", "科小", "科技中小"
    HIGH_TECH = "高新技术企业", "high-tech enterprise", "高企", "国家高新技术企业"
    INNOVATIVE_SME = "创新型中小企业", "innovative SME"
    SPECIALISED_SME = "专精特新中小企业", "specialised SME", "专精特新"
    LITTLE_GIANT = "专精特新小巨人", "little giant", '专精特新"小巨人"', "小巨人", "专精特新小巨人企业"
    CHAMPION = "单项冠军", "manufacturing champion", "制造业单项冠军"
    NATIONAL_PROJECT = "承担国家科技项目", "national project holder", "国家科技项目"


class FundKind(Term):
    """Kind of a fund."""

    GOVERNMENT = "政府引导", "government guidance fund", "政府引导基金", "引导基金"
    PROOF_OF_CONCEPT = "概念验证基金", "proof-of-concept fund", "概念验证", "PoC fund", "poc"
    SEED = "种子", "seed fund", "种子基金"
    ANGEL = "天使", "angel fund", "天使基金", "天使投资"
    VC = "VC", "venture capital", "创投", "风险投资", "创业投资"
    CVC = "CVC", "corporate venture capital", "企业创投", "产业资本"
    INDUSTRY = "产业基金", "industry fund", "产业投资基金"


class Instrument(Term):
    """How a fund invests."""

    EQUITY = "股权", "equity", "直接股权"
    CONVERTIBLE = "可转债", "convertible", "可转股债权"
    GRANT_THEN_EQUITY = "先投后股", "grant then equity"
    WARRANT = "认股权", "warrant", "认股权证"


class RegionMode(Term):
    """How a fund means its regions."""

    MUST_LAND = "必须落地", "must land", "须落地", "hard"
    PREFERRED = "优先", "preferred"
    ANY = "不限", "any", "无要求"


class LoanPurpose(Term):
    """What a loan may pay for."""

    PROOF_OF_CONCEPT = "概念验证", "proof of concept", "验证"
    RESEARCH = "研发", "research and development", "研究开发", "R&D"
    PILOT = "中试", "pilot", "中试放大", "小试中试"
    WORKING_CAPITAL = "流动资金", "working capital", "经营周转", "日常经营", "流贷"
    FIXED_ASSETS = "固定资产", "fixed assets", "设备购置", "厂房建设", "购置设备"
    ACQUISITION = "成果受让", "technology acquisition", "成果转化", "技术受让", "产业化"


class Repayment(Term):
    """How a loan is paid back."""

    REVOLVING = "随借随还", "revolving"
    BULLET = "按月付息到期还本", "interest monthly, principal at the end", "先息后本"
    INSTALMENTS = "等额", "instalments", "等额本息", "等额本金"
    PERFORMANCE = "与经营成果挂钩", "tied to results"


class Guarantee(Term):
    """What secures a loan."""

    UNSECURED = "信用", "unsecured", "纯信用", "信用贷款"
    GOVERNMENT = "政府性担保", "government guarantee", "政策性担保", "政府性融资担保"
    PATENT_PLEDGE = "专利质押", "patent pledge", "知识产权质押"
    CO_BORROWER = "法人代表共同借款", "co-borrower", "法人代表担保", "实控人共同借款"
    POLICY = "保证保险", "guarantee policy", "信用保证保险", "研发保"
    MORTGAGE = "抵押", "mortgage", "不动产抵押"


class InsuranceClass(Term):
    """Classes of technology insurance, after the statistics rule of 2024 (DOMAIN 3.1, R16)."""

    RD_COST = "研发费用损失", "R&D cost loss", "研发费用损失险", "研发损失"
    PRODUCT_RD_LIABILITY = "产品研发责任", "product development liability", "产品研发责任险"
    KEY_RD_EQUIPMENT = "关键研发设备", "key R&D equipment", "关键研发设备险"
    RD_INTERRUPTION = "研发中断", "R&D interruption", "研发中断险", "营业中断"
    TRANSFER_COST = "成果转化费用损失", "technology transfer cost loss", "成果转化险", "科技成果转化费用损失"
    FIRST_SET = "首台套", "first set", "首台(套)", "首台（套）", "首台(套)重大技术装备"
    FIRST_BATCH = "首批次新材料", "first batch of new material", "首批次"
    FIRST_SOFTWARE = "首版次软件", "first software release", "首版次"
    IP_APPLICATION = "申请费用补偿", "patent application cost", "知识产权申请费用补偿"
    IP_ENFORCEMENT = "执行", "patent enforcement", "专利执行", "专利执行险"
    IP_INFRINGED = "被侵权损失", "infringement loss", "专利被侵权损失"
    IP_LIABILITY = "侵权责任", "infringement liability", "专利侵权责任"
    IP_PLEDGE = "质押融资保证", "patent pledge guarantee", "质押融资保证保险"
    PROFESSIONAL = "职业责任", "professional liability", "知识产权职业责任"
    CYBER = "网络安全", "cyber security", "网络安全险"
    TALENT = "人才创业", "talent start-up", "人才创业险"


class Risk(Term):
    """What an insurance product covers and what a project fears."""

    RD_FAILURE = "研发失败", "R&D failure", "研发风险"
    LAB_FAILURE = "小试失败", "lab-scale failure", "小试"
    PILOT_FAILURE = "中试失败", "pilot failure", "中试"
    RD_INTERRUPTION = "研发中断", "R&D interruption"
    EQUIPMENT_DAMAGE = "设备损坏", "equipment damage", "设备损失"
    IP_INFRINGED = "专利被侵权损失", "patent infringed", "被侵权"
    IP_LIABILITY = "专利侵权责任", "patent infringement liability", "侵权责任"
    APPLICATION_COST = "申请费用", "application cost"
    TRANSFER_COST = "转化费用损失", "transfer cost loss", "成果转化费用"
    PRODUCT_QUALITY = "产品质量", "product quality", "质量"
    THIRD_PARTY = "第三者责任", "third-party liability", "第三方责任"
    CYBER = "网络安全", "cyber security"


class PolicyholderKind(Term):
    """Who may take out an insurance policy."""

    PROJECT = "项目方", "project owner", "团队", "项目团队"
    INSTITUTE = "高校院所", "institute", "高校", "科研院所", "医院"
    COMPANY = "企业", "company", "公司"
    ACQUIRER = "受让方", "acquirer", "受让企业"
    INVESTOR = "投资人", "investor", "投资机构"


class CoverTrigger(Term):
    """What starts the insured period."""

    INCEPTION = "起保", "inception"
    RD_PERIOD = "研发起止", "R&D period"
    DELIVERY = "交付", "delivery"


class Exclusion(Term):
    """What an insurer does not pay for."""

    HAPPENED = "已发生", "already happened"
    INTENT = "故意", "intent"
    FRAUD = "数据造假", "fabricated data"
    ABANDONED = "主动中止", "abandoned"
    CASH = "资金断裂", "ran out of cash"
    MARKET = "市场变化", "market change"


class ExpertTitle(Term):
    """Rank of an expert."""

    SENIOR = "正高", "senior", "教授", "研究员", "正高级", "教授级高工", "主任医师", "professor"
    ASSOCIATE = "副高", "associate senior", "副教授", "副研究员", "高级工程师", "副高级", "associate professor"
    MIDDLE = "中级", "middle", "工程师", "讲师", "助理研究员"
    EXECUTIVE = "CEO/CTO", "CEO or CTO", "总经理", "技术总监", "董事长", "CEO", "CTO", "高管"
    INVESTMENT_DIRECTOR = "投资总监", "investment director", "合伙人", "投资经理", "partner"
    LAWYER = "律师", "lawyer", "专利代理师", "专利代理人"
    ACCOUNTANT = "注册会计师", "accountant", "会计师", "CPA"


class ExpertRole(Term):
    """What an expert brings to a panel."""

    TECHNOLOGY = "技术", "technology", "技术专家", "科技", "technical"
    INDUSTRY = "产业", "industry", "产业专家", "行业"
    FINANCE = "投融资", "finance", "投资", "金融", "投融资专家", "investment"
    IP = "知识产权", "intellectual property", "专利"
    ACCOUNTING = "财务", "accounting", "会计"
    LAW = "法律", "law", "法务"


class TieKind(Term):
    """Why an expert may not judge a party (DOMAIN 4.3)."""

    EMPLOYMENT = "任职", "employment", "同单位", "雇佣", "兼职"
    CO_AUTHOR = "合著", "co-author", "共同作者"
    CO_INVENTOR = "共同发明", "co-inventor", "共同发明人"
    CO_APPLICANT = "共同申请", "co-applicant"
    JOINT_PROJECT = "合作项目", "joint project", "共同项目"
    SUPERVISION = "师生", "supervision", "导师", "学生"
    KIN = "亲属", "kin", "近亲属"
    SHARE = "持股", "share", "投资", "入股"
    ADVISER = "顾问", "adviser", "咨询"
    DISPUTE = "纠纷", "dispute", "诉讼"
    DRAFTING = "参与编制", "took part in drafting"
    REFUSED = "申请回避", "refused by the applicant", "申请人回避"


class CenterKind(Term):
    """Who runs a proof-of-concept center."""

    INSTITUTE = "高校院所", "institute", "高校"
    PLATFORM = "创新平台", "innovation platform"
    LEADER = "龙头企业", "leading company"
    THIRD_PARTY = "第三方", "third party", "第三方机构"


class CenterScope(Term):
    """Whether a center serves all fields."""

    GENERAL = "综合型", "general", "综合"
    SPECIAL = "专业型", "specialised", "专业"


class CenterLevel(Term):
    """Which authority recognised a center."""

    CITY = "市级", "city"
    PROVINCE = "省级", "province"
    NATION = "国家级", "nation"


class CenterService(Term):
    """The eight services of the policy."""

    SCOUTING = "技术挖掘", "technology scouting"
    DEVELOPMENT = "技术开发", "technology development"
    PILOT = "中试熟化", "pilot maturation", "中试"
    SAMPLES = "样品试制", "sample making"
    EQUIPMENT = "设备验证", "equipment validation"
    TESTING = "试验检测", "testing"
    MARKET = "市场对接", "market access"
    FUNDING = "资金筹集", "fund raising"
