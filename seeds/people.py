"""Invented people: names, identity numbers, phones, accounts, addresses. All from one seeded generator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_FAMILY = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕",
    "欧阳",
    "诸葛",
)
_GIVEN_MALE = "伟强磊军勇杰涛明超刚平辉鹏华飞斌波建国志海文昊东亮龙德福贵山河松柏"
_GIVEN_FEMALE = "芳娜敏静丽艳霞燕玲桂英慧珍兰香凤秀梅莲云洁雪倩琴月晶莹瑶婷"
_RARE = ("𬭎", "喆", "翀", "燚", "昇")
_MINORITY = ("阿依古丽·买买提", "迪力木拉提·艾山", "其其格·巴特尔")
_ETHNIC = ("汉族",) * 34 + ("回族", "回族", "满族", "蒙古族", "维吾尔族", "朝鲜族")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_STREETS = ("清泉路", "柳埠街", "山大南路", "花园路", "凤鸣路", "工业北路", "文苑街", "青龙山路")
_BANKS = ("中国农业银行", "中国建设银行", "中国邮政储蓄银行", "农村商业银行")
_SKILLS = ("大棚蔬菜种植", "果树嫁接", "电商销售", "家电维修", "养殖技术", "缝纫加工", "财务会计")


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person; the identity number is valid (GB 11643) and belongs to nobody we know."""

    name: str
    sex: str
    ethnic: str
    birth_on: date
    joined_on: date
    id_number: str
    phone: str
    bank_name: str
    bank_account: str
    address: str
    skill: str | None


class People:
    """Gives people one after another; the same seed and day give the same people."""

    def __init__(self, seed: int, today: date) -> None:
        self.random = Random(seed)
        self.today = today
        self._numbers: set[str] = set()
        self._serial = 0

    def person(self, place: str) -> Person:
        """The next invented person, an adult living at ``place``."""
        male = self.random.random() < 0.56
        birth = self.today - timedelta(days=self.random.randrange(24 * 365, 88 * 365))
        joined_earliest = birth + timedelta(days=19 * 365)
        span = max((self.today - joined_earliest).days - 400, 1)
        self._serial += 1
        return Person(
            name=self._name(male),
            sex="male" if male else "female",
            ethnic=self.random.choice(_ETHNIC),
            birth_on=birth,
            joined_on=joined_earliest + timedelta(days=self.random.randrange(span)),
            id_number=self._identity(birth, male),
            phone=f"1{self.random.choice('3578')}{self.random.randrange(10**9):09d}",
            bank_name=self.random.choice(_BANKS),
            bank_account=f"6228{self._serial:011d}{self.random.randrange(10**4):04d}",
            address=f"{place}{self.random.choice(_STREETS)}{self.random.randrange(1, 200)}号",
            skill=self.random.choice(_SKILLS) if self.random.random() < 0.12 else None,
        )

    def _name(self, male: bool) -> str:
        chance = self.random.random()
        if chance < 0.004:
            return self.random.choice(_MINORITY)
        given = _GIVEN_MALE if male else _GIVEN_FEMALE
        first = self.random.choice(_RARE) if chance < 0.01 else self.random.choice(given)
        second = self.random.choice(given) if self.random.random() < 0.72 else ""
        family: str = self.random.choice(_FAMILY)
        return family + first + second

    def _identity(self, birth: date, male: bool) -> str:
        """A valid number that was not given before; the 17th digit is odd for men."""
        while True:
            serial = self.random.randrange(0, 500) * 2 + (1 if male else 0)
            body = f"370112{birth:%Y%m%d}{serial:03d}"
            total = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True))
            number = body + _CHECK[total % 11]
            if number not in self._numbers:
                self._numbers.add(number)
                return number
