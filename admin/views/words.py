"""Words for stored values of plain tables, in both languages. Words of a policy come from it."""

from __future__ import annotations

from admin.i18n import _l
from models import (
    DayKind,
    Hukou,
    ItemKind,
    Locale,
    MemberStatus,
    OrgKind,
    OrgLevel,
    PairState,
    Sex,
)

SEX = {Sex.MALE: _l("Male"), Sex.FEMALE: _l("Female")}
STANDING = {
    MemberStatus.FULL: _l("{word.Standing_full}"),
    MemberStatus.PROBATIONARY: _l("{word.Standing_probationary}"),
    MemberStatus.NON_MEMBER: _l("{word.Standing_non_member}"),
    MemberStatus.EXPELLED: _l("{word.Standing_expelled}"),
}
HUKOU = {Hukou.URBAN: _l("Urban"), Hukou.RURAL: _l("Rural")}
LEVEL = {
    OrgLevel.BRANCH: _l("{word.Branch}"),
    OrgLevel.COMMITTEE: _l("{word.Committee}"),
    OrgLevel.DEPARTMENT: _l("{word.Department}"),
    OrgLevel.SERVICE_CENTRE: _l("Service centre"),
}
PLACE = {
    OrgKind.VILLAGE: _l("Village"),
    OrgKind.COMMUNITY: _l("Community"),
    OrgKind.UNIT: _l("Work unit"),
}
PAIR = {PairState.ACTIVE: _l("Running"), PairState.ENDED: _l("Ended")}
ITEM = {
    ItemKind.INCOME: _l("Income"),
    ItemKind.SUBSIDY: _l("Subsidy"),
    ItemKind.MEDICAL_COST: _l("Self-paid medical cost"),
    ItemKind.DISASTER_COST: _l("Disaster cost"),
}
LANGUAGE = {Locale.ZH: "中文", Locale.EN: "English"}
DAY = {DayKind.OFF: _l("Day off"), DayKind.WORK: _l("Worked")}

# GB/T 3304, and 其他
ETHNIC = [
    "汉族",
    "蒙古族",
    "回族",
    "藏族",
    "维吾尔族",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "高山族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜族",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯族",
    "阿昌族",
    "普米族",
    "塔吉克族",
    "怒族",
    "乌孜别克族",
    "俄罗斯族",
    "鄂温克族",
    "德昂族",
    "保安族",
    "裕固族",
    "京族",
    "塔塔尔族",
    "独龙族",
    "鄂伦春族",
    "赫哲族",
    "门巴族",
    "珞巴族",
    "基诺族",
    "其他",
]
